"""Who is who, and where the subject can be reached: parse, compare, weigh, resolve."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skiptrace.matching.addresses import (
        AddressComparison,
        ParsedAddress,
        compare_addresses,
        parse_address,
        parse_address_parts,
    )
    from skiptrace.matching.alone import Search, score_alone
    from skiptrace.matching.cases import Question
    from skiptrace.matching.explaining import WhatIf, explain, what_would_change, why_not
    from skiptrace.matching.judging import judge, judge_together
    from skiptrace.matching.names import NameComparison, ParsedName, compare_names, parse_name, parse_name_parts
    from skiptrace.matching.phones import ParsedPhone, PhoneComparison, compare_phones, parse_phone

VERSION = "3"

_HOMES = {
    "addresses": ("AddressComparison", "ParsedAddress", "compare_addresses", "parse_address", "parse_address_parts"),
    "alone": ("Search", "score_alone"),
    "cases": ("Question",),
    "explaining": ("WhatIf", "explain", "what_would_change", "why_not"),
    "judging": ("judge", "judge_together"),
    "names": ("NameComparison", "ParsedName", "compare_names", "parse_name", "parse_name_parts"),
    "phones": ("ParsedPhone", "PhoneComparison", "compare_phones", "parse_phone"),
}

__all__ = [
    "VERSION",
    "AddressComparison",
    "NameComparison",
    "ParsedAddress",
    "ParsedName",
    "ParsedPhone",
    "PhoneComparison",
    "Question",
    "Search",
    "WhatIf",
    "compare_addresses",
    "compare_names",
    "compare_phones",
    "explain",
    "judge",
    "judge_together",
    "parse_address",
    "parse_address_parts",
    "parse_name",
    "parse_name_parts",
    "parse_phone",
    "what_would_change",
    "score_alone",
    "why_not",
]


def __getattr__(name: str) -> Any:
    """Import on first use: who parses or compares a name waits neither for NumPy nor for the model of phones."""
    for home, names in _HOMES.items():
        if name in names:
            found = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
