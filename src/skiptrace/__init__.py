"""Finds where an unreachable debtor can be reached today, lawfully, and can prove where every value came from."""
