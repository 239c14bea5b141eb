"""Vendors and files that can be asked: one module and one manifest each, found through an entry-point group."""
