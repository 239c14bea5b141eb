"""Long texts that are hard for careless patterns, and every door at which a stranger's text meets ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from skiptrace.matching import parse_address, parse_name, parse_phone
from skiptrace.providers import reading, reference_values
from skiptrace.reporting.cells import safe_cell

LENGTH = 50_000
UNITS = ("a", "A", "1", " ", "-", ".", ",", "a ", "A1 ", "1 ", "1-", "a.", "'", '"', "(1", "#1 ", "APT ", "\t", "x\t")

DOORS: Mapping[str, Callable[[str], object]] = {
    "name": parse_name,
    "address": parse_address,
    "phone": parse_phone,
    "zip of a vendor": reading.zip_code,
    "letters of a file": reference_values.letters,
    "date of a file": reference_values.partial_date,
    "phone of a file": reference_values.phone,
    "place of a file": reference_values.place,
    "cell of a spreadsheet": safe_cell,
}


def hard_strings() -> Iterator[str]:
    """Repetitions with an end that fits nothing, so that a pattern that backtracks has to try everything."""
    for unit in UNITS:
        yield "5" + unit * (LENGTH // len(unit)) + "\x07"
