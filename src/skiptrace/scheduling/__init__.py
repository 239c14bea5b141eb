"""When an account is due for a new trace, why, how urgent it is, and what it may cost. Pure, but for reading a file."""

from skiptrace.scheduling.due import Due, Happened, History, LastTrace, may_be_traced, next_due
from skiptrace.scheduling.loading import load_policy
from skiptrace.scheduling.policy import Clock, Happening, Policy, Segment, Trigger
from skiptrace.scheduling.segments import segment_of

__all__ = [
    "Clock",
    "Due",
    "Happened",
    "Happening",
    "History",
    "LastTrace",
    "Policy",
    "Segment",
    "Trigger",
    "load_policy",
    "may_be_traced",
    "next_due",
    "segment_of",
]
