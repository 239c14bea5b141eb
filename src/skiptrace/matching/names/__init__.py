"""People's names: parse, normalise, compare."""

from skiptrace.matching.names.comparing import compare_names
from skiptrace.matching.names.parsing import parse_name, parse_name_parts
from skiptrace.matching.names.values import NameComparison, ParsedName

__all__ = ["NameComparison", "ParsedName", "compare_names", "parse_name", "parse_name_parts"]
