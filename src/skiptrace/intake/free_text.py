"""Free text that people type (a reason, a matter, a note to compliance): no card numbers in it (rule D-12)."""

from __future__ import annotations

import re

from skiptrace.errors import BadInput

_DIGITS = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")


def free_text(text: str, field: str) -> str:
    """The text, without blanks around it. Raises BadInput when it holds what may be a payment card's number."""
    if holds_card(text):
        raise BadInput(field, "holds what may be a card number; write the code or file number of the matter instead")
    return text.strip()


def holds_card(text: str) -> bool:
    """Whether 13 to 19 digits in a row, blanks and hyphens aside, pass the check of ISO/IEC 7812-1 (Luhn)."""
    return any(_is_card(found.group()) for found in _DIGITS.finditer(text))


def _is_card(written: str) -> bool:
    digits = [int(c) for c in written if c.isdigit()]
    doubled = (d if n % 2 == 0 else d * 2 - 9 * (d > 4) for n, d in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0
