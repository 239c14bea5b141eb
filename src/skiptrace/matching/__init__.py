"""Who is who, and where the subject can be reached: parse, compare, weigh, resolve."""

from skiptrace.matching.judging import judge

VERSION = "1"

__all__ = ["VERSION", "judge"]
