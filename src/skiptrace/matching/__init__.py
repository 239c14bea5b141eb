"""Who is who, and where the subject can be reached: parse, compare, weigh, resolve."""

from skiptrace.matching.judging import judge

__all__ = ["judge"]
