"""Alembic migrations of the schema; they ship with the package and run by themselves when a store is opened."""

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012", "0013")
"""All revisions, oldest first. A database that stands at another one was written by a newer version."""
