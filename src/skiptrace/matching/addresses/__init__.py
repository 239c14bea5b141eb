"""US postal addresses: parse, normalise, compare."""

from skiptrace.matching.addresses.comparing import compare_addresses
from skiptrace.matching.addresses.parsing import parse_address, parse_address_parts
from skiptrace.matching.addresses.values import AddressComparison, ParsedAddress

__all__ = ["AddressComparison", "ParsedAddress", "compare_addresses", "parse_address", "parse_address_parts"]
