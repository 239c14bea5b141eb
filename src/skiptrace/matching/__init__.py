"""Who is who, and where the subject can be reached: parse, compare, weigh, resolve."""

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
