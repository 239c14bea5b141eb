"""Placement files in, cases out; whatever is wrong is named by row and field, never by value."""

from skiptrace.intake.cases import Accepted, Accounts, Problem, Rejected, Terms, case_id, read_fields
from skiptrace.intake.columns import FIELDS, ColumnMapping, Columns
from skiptrace.intake.free_text import free_text

__all__ = [
    "FIELDS",
    "Accepted",
    "Accounts",
    "ColumnMapping",
    "Columns",
    "Problem",
    "Rejected",
    "Terms",
    "case_id",
    "free_text",
    "read_fields",
]
