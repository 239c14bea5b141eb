"""Read one cell. Every function raises ValueError with a reason that never repeats the cell."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from skiptrace.intake.vocabulary import STATES
from skiptrace.model import Fact, Name, PartialDate, PaymentHistory, Responsiveness

_ISO = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:[T ]\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_AMERICAN = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}[-/]\d{1,2}[-/]\d\d", re.ASCII)
_MONEY = re.compile(r"(-?)\$?(-?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d{1,2})?", re.ASCII)
_MASKED_SSN = re.compile(r"[X*#]{3}[- ]?[X*#]{2}[- ]?(\d{4})", re.IGNORECASE | re.ASCII)
_EXTENSION = re.compile(r"(?:\b|(?<=\d))(?:ext\.?|extension|x)\s*\d{1,6}\s*$", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>,;]{1,64}@(?:[^\s@<>,;.]+\.)+[^\s@<>,;.]{2,}")
_DATE_FORMS = "write YYYY-MM-DD, YYYY-MM, YYYY or MM/DD/YYYY"
_OLDEST_YEARS = 125

_STATES = {spelling.upper(): code for code, name in STATES.items() for spelling in (code, name)}
_ZERO_ZIP_STATES = frozenset({"CT", "MA", "ME", "NH", "NJ", "PR", "RI", "VI", "VT"})
_FACTS = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "x"), Fact.YES),
    **dict.fromkeys(("no", "n", "false", "f", "0"), Fact.NO),
    **dict.fromkeys(("", "unknown", "unk", "u", "?"), Fact.UNKNOWN),
}


_GENERATIONS = frozenset({"JR", "SR", "II", "III", "IV", "V"})


def full_name(text: str) -> Name:
    """``LAST, FIRST MIDDLE`` or ``FIRST MIDDLE LAST``, each with or without JR, SR, II ... at the end."""
    last, comma, rest = (part.strip() for part in text.partition(","))
    if comma and rest.upper().strip(".") in _GENERATIONS:
        last, comma, rest = f"{last} {rest}", "", ""
    words = (rest if comma else last).split()
    suffix = words.pop() if len(words) > 1 and words[-1].upper().strip(".") in _GENERATIONS else ""
    if not comma:
        if len(words) < 2:
            raise ValueError("is one word; write the first name and the surname")
        return Name(first=words[0], middle=" ".join(words[1:-1]), last=words[-1], suffix=suffix)
    if not words or not last:
        raise ValueError("lacks a part; write LAST, FIRST MIDDLE")
    surname = last.split()
    if not suffix and len(surname) > 1 and surname[-1].upper().strip(".") in _GENERATIONS:
        suffix = surname.pop()
    return Name(first=words[0], middle=" ".join(words[1:]), last=" ".join(surname), suffix=suffix)


def partial_date(text: str) -> PartialDate:
    """ISO dates with month and day optional and a time ignored, YYYYMMDD, or the American order with a full year."""
    year, month, day = _date_parts(text)
    try:
        return PartialDate(year, month, day)
    except ValueError:
        raise ValueError(f"is not a day of the calendar; {_DATE_FORMS}") from None


def _date_parts(text: str) -> tuple[int, int, int]:
    if found := _COMPACT.fullmatch(text) or _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _AMERICAN.fullmatch(text):
        month, day, year = found.groups()
    elif _SHORT_YEAR.fullmatch(text):
        raise ValueError(f"has a two-digit year; {_DATE_FORMS}")
    else:
        raise ValueError(f"is not a date; {_DATE_FORMS}")
    return int(year), int(month or 0), int(day or 0)


def birth_date(text: str, today: date) -> tuple[PartialDate | None, str]:
    """The date with a remark on what was amiss; old files hold many, and the rest of the date still identifies.

    None for an impossible year and for the placeholders of systems that cannot leave a date empty.
    """
    year, month, day = _date_parts(text)
    if (year, month, day) in {(0, 0, 0), (1900, 1, 1)}:
        return None, "is a placeholder and was left out"
    if not today.year - _OLDEST_YEARS <= year <= today.year:
        return None, "is not in the last 125 years and was left out; correct it"
    remark = ""
    if month > 12 and 1 <= day <= 12:
        month, day, remark = day, month, "has day and month exchanged and was read the other way round"
    for known in ((year, month, day), (year, month), (year,)):
        try:
            born = PartialDate(*known)
        except ValueError:
            remark = "is not a day of the calendar; only the part that can be was read"
            continue
        return (born, remark) if born.earliest() <= today else (None, "lies in the future and was left out; correct it")
    return None, remark


def full_date(text: str) -> date:
    """The first day that the date may mean."""
    return partial_date(text).earliest()


def as_of(text: str, today: date) -> date:
    """The last day that the date may mean, but no later than today."""
    stated = partial_date(text)
    if stated.earliest() > today:
        raise ValueError("lies in the future")
    return min(_last_day(stated), today)


def _last_day(stated: PartialDate) -> date:
    if stated.is_full:
        return stated.earliest()
    if not stated.month:
        return date(stated.year, 12, 31)
    return (date(stated.year, stated.month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def ssn(text: str) -> tuple[str, str]:
    """Nine digits and the last four; the nine are empty when the cell masks them, both when it is a placeholder."""
    if masked := _MASKED_SSN.fullmatch(text):
        return "", ssn4(masked[1])
    digits = _digits_only(text, "an SSN")
    if len(digits) != 9:
        raise ValueError(_wrong_length(digits, "nine"))
    if len(set(digits)) == 1 or digits in {"123456789", "987654321"}:
        return "", ""
    return digits, digits[5:]


def ssn4(text: str) -> str:
    """Four digits; empty for the placeholder 0000, which is never issued."""
    digits = _digits_only(text, "the last four digits of an SSN")
    if len(digits) != 4:
        raise ValueError(_wrong_length(digits, "four"))
    return "" if digits == "0000" else digits


def _digits_only(text: str, what: str) -> str:
    digits = text.replace("-", "").replace(" ", "")
    if any(c.isalpha() for c in digits):
        raise ValueError(f"contains letters, so it is not {what}; correct it or leave it empty")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"contains signs that do not belong in {what}; correct it or leave it empty")
    return digits


def _wrong_length(digits: str, wanted: str) -> str:
    hint = "; a spreadsheet may have dropped leading zeros: format the column as text" if len(digits) < 9 else ""
    return f"has {len(digits)} digits instead of {wanted}{hint}"


def balance(text: str) -> Decimal:
    """US dollars; a dollar sign and thousands commas are read over."""
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    found = _MONEY.fullmatch(text)
    if not found:
        raise ValueError("is not an amount in US dollars; write 1234.56")
    if found[1] or found[2]:
        raise ValueError("is negative: a credit balance is nothing to collect; correct it or leave the account out")
    return Decimal(found[3].replace(",", "") + (found[4] or ""))


def phone(text: str) -> str:
    """The number as written, when it has ten digits (or eleven with a leading 1), extension aside."""
    bare = _EXTENSION.sub("", text)
    if any(c.isalpha() for c in bare):
        raise ValueError("contains letters; write ten digits")
    digits = "".join(c for c in bare if c.isascii() and c.isdigit())
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    if len(digits) != 10:
        raise ValueError(f"has {len(digits)} digits instead of ten; write the area code too")
    if len(set(digits)) == 1:
        raise ValueError("is a placeholder; leave it empty")
    return text


def email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError("is not an e-mail address; write name@domain")
    return text.lower()


def state(text: str) -> str:
    """The two-letter code."""
    code = _STATES.get(" ".join(text.upper().split()))
    if code is None:
        raise ValueError("is not a US state or territory; write its two letters")
    return code


def zip_code(text: str, state_code: str = "") -> str:
    """Five or nine digits; a zero that a spreadsheet dropped is restored where the state shows that one belongs."""
    digits = text.replace("-", "").replace(" ", "")
    if digits.isascii() and digits.isdigit():
        if len(digits) == 4 and state_code in _ZERO_ZIP_STATES:
            digits = f"0{digits}"
        if len(digits) == 5:
            return digits
        if len(digits) == 9:
            return f"{digits[:5]}-{digits[5:]}"
    raise ValueError("is not a ZIP code; write five digits or ZIP+4")


def fact(text: str) -> Fact:
    """Yes, no or unknown; an empty cell of a column that is there means that the platform cannot say."""
    stated = _FACTS.get(text.casefold())
    if stated is None:
        raise ValueError("is neither yes, no nor unknown")
    return stated


def payment_history(text: str) -> PaymentHistory:
    try:
        return PaymentHistory(_word(text))
    except ValueError:
        raise ValueError(f"is not known; write {', '.join(PaymentHistory)}") from None


def responsiveness(text: str) -> Responsiveness:
    try:
        return Responsiveness(_word(text))
    except ValueError:
        raise ValueError(f"is not known; write {', '.join(Responsiveness)}") from None


def _word(text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.strip().lower())
