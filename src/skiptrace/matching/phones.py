"""US telephone numbers: E.164, extension, and whether the number may be used to reach a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from skiptrace.matching.text import ascii_upper, decode
from skiptrace.model import Personal

# ISO regions in which a +1 number is domestic: the states and the territories that share the plan.
_US_REGIONS = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
_NANP = re.compile(r"(?<!\d)(?:\+?1[\s.\-]*)?\(?([2-9]\d{2})\)?[\s./\-]*(\d{3})[\s.\-]*(\d{4})(?!\d)")
_EXTENSION = re.compile(
    r"[\s,;.(]*(?:(?:\b|(?<=\d))(?:EXTENSION|EXTN?|EXN?|XTN?)(?=[\s.:#=\-]*\d)|(?<=[\d\s,;(])X(?=[\s.#:\-]*\d)|"
    r"(?<=\d)P(?=\d{1,6}$)|#)[\s.:#=\-]*(\d{1,7})\b"
)
_TRAILING_EXTENSION = re.compile(r"(\d{4})\s*,\s*,*\s*(\d{1,6})\s*#?\s*$")  # a comma is a pause in dialling
_SPLIT = re.compile(r"\s*(?:;|\||\bOR\b|\bAND\b|&|\n|\\|(?<=\d{4})\s*/|(?<=\d{4}),\s*(?=[(+]?\d{3}\D*\d{3}))\s*")
_RUN = re.compile(r"[\s,;.(]{6,}")
_SPREADSHEET = re.compile(r"(?<=\d{4})\.0+$")
_ROUNDED = re.compile(r"\d(?:\.\d+)?E\+?(?:09|9|10)")
_IN_FULL = re.compile(r"(\d)\.(\d{9})E\+?0?9|(1)\.(\d{10})E\+?10")
_GLUED_PAIR = re.compile(r"^(1?[2-9]\d{9})(1?[2-9]\d{9})$")
# 523-0186/0187, and 523-0186, 0187 where what follows is no extension but the next line.
_SHORTENED = re.compile(
    r"(?P<head>\(?\d{3}\)?[\s.\-]*\d{3}[\s.\-]*)(?:\d{4}\s*/|(?P<near>\d\d)\d\d\s*,(?=\s*(?P=near)\d\d$))"
    r"\s*(?P<line>\d{4})$"
)
_LABEL = re.compile(
    r"(?<!\d-)\b(?:TEL(?:EPHONE)?|PH(?:ONE)?|CELL(?:ULAR|PHONE)?|MOBILE|MOB|HOME|HM|WORK|WK|OFFICE|OFC|FAX|MAIN|DIRECT|BUSINESS|BUS|"
    r"NUMBER|NUM|NO|CALL|TEXT|DAY|DAYTIME|EVENING|EVE|NIGHT|RES|RESIDENCE|LANDLINE|PRIMARY|ALT|ALTERNATE|C|H|W|M|P|T|O)\b[.:#\s]*"
)
_KEYPAD = {
    c: d
    for d, group in zip("23456789", ("ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"), strict=True)
    for c in group
}


@dataclass(frozen=True, slots=True, repr=False)
class ParsedPhone(Personal):
    """One cell of a telephone column.

    ``e164`` is filled whenever ten domestic digits (or a foreign number) can be read, even when ``usable`` is False, so
    that two records with the same unusable number still compare. ``reason`` says why a number is not usable: ``empty``,
    ``no_number``, ``too_short``, ``too_long``, ``n11``, ``service_code``, ``fictional_555``, ``directory_555_1212``,
    ``toll_free``, ``premium``, ``forwarding``, ``foreign_nanp``, ``foreign``, ``ambiguous_letters``,
    ``rounded`` (by a spreadsheet) or ``invalid``; empty when usable.
    ``others`` are further numbers of the same cell; ``two_numbers`` is then among ``notes``.
    """

    e164: str = ""
    extension: str = ""
    usable: bool = False
    reason: str = ""
    others: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class PhoneComparison(Personal):
    """``same``, ``different_extension``, ``possible``, ``different`` or ``unknown`` (a side has no number), and why."""

    verdict: str
    reasons: tuple[str, ...]


def parse_phone(text: str | bytes | None) -> ParsedPhone:
    """Read a telephone cell as a US caller would; NANP rules are added to those of libphonenumber."""
    return _parse(decode(text))


@lru_cache(maxsize=65_536)
def _parse(text: str) -> ParsedPhone:
    cleaned = _SPREADSHEET.sub("", ascii_upper(text).replace("_", " ").strip())
    cleaned = _RUN.sub(lambda run: run[0][:3], cleaned)  # long runs would be tried from each of their signs
    if not cleaned:
        return ParsedPhone(reason="empty")
    if in_full := _IN_FULL.fullmatch(cleaned):
        cleaned = "".join(part for part in in_full.groups() if part)
    if _ROUNDED.fullmatch(cleaned):
        return ParsedPhone(reason="rounded")
    found = [number for piece in _pieces(cleaned) if (number := _parse_one(piece)).e164]
    if not found:
        return _parse_one(cleaned)
    first = next((number for number in found if number.usable), found[0])
    others = tuple(dict.fromkeys(n.e164 for n in found if n.e164 != first.e164))
    notes = (*first.notes, *(("two_numbers",) if others else ()))
    return ParsedPhone(first.e164, first.extension, first.usable, first.reason, others, notes)


def _pieces(text: str) -> list[str]:
    """The texts of the single numbers in a cell."""
    text = text.replace(";EXT", " EXT")
    if shortened := _SHORTENED.search(text):
        return [text[: shortened.start("line")].rstrip(" /,"), shortened["head"] + shortened["line"]]
    if glued := _GLUED_PAIR.match(text):
        return list(glued.groups())
    pieces = _SPLIT.split(text)
    if len(pieces) == 1 and len(numbers := list(_NANP.finditer(text))) > 1:
        starts = [number.start() for number in numbers[1:]]
        return [text[a:b] for a, b in zip([0, *starts], [*starts, len(text)], strict=True)]
    return pieces


def _parse_one(text: str) -> ParsedPhone:
    """Read a text that is meant to hold one number."""
    text, extension = _take_extension(text)
    digits, notes, trouble = _digits(text)
    if trouble:
        return ParsedPhone(reason=trouble)
    national = _national(digits, text)
    if national is None:
        return _foreign(text, extension, digits)
    usable, reason = _judge(national)
    return ParsedPhone(f"+1{national}", extension, usable, reason, (), notes)


def _take_extension(text: str) -> tuple[str, str]:
    match = _EXTENSION.search(text)
    if match is None:
        match = _TRAILING_EXTENSION.search(text)
        return (text[: match.end(1)], match.group(2)) if match else (text, "")
    if len(re.sub(r"\D", "", text[: match.start()])) < 7:
        return text, ""
    return text[: match.start()], match.group(1)


def _digits(text: str) -> tuple[str, tuple[str, ...], str]:
    """The digits meant, notes on what was repaired, and why they cannot be told (or "")."""
    text = re.sub(r"\([A-Z\s.]+\)", " ", text)
    text = _LABEL.sub(" ", text)
    letters = re.sub(r"[^A-Z]", "", text)
    if not letters:
        return re.sub(r"\D", "", text), (), ""
    if standing := _NANP.search(text):
        return "".join(standing.groups()), ("other_text",), ""
    plain = re.sub(r"\D", "", re.sub(r"\b[A-Z]+\b", " ", text))
    if len(plain) == 10 or (len(plain) == 11 and plain[0] == "1"):
        return plain, (), ""
    compact = re.sub(r"[^A-Z0-9]", "", text)
    if set(letters) <= set("OILSB"):
        return "", (), "ambiguous_letters"
    vanity = re.fullmatch(r"1?[2-9]\d{2}[A-Z0-9]{7,12}", compact)
    if vanity and re.search(r"[A-Z]{3,}", text):
        spelled = "".join(_KEYPAD.get(c, c) for c in compact)
        return spelled[: 11 if spelled[0] == "1" else 10], ("vanity",), ""
    return "", (), "ambiguous_letters" if len(re.sub(r"\D", "", text)) >= 6 else "no_number"


def _national(digits: str, text: str) -> str | None:
    """The ten national digits, or None when this is not a number of the North American plan."""
    international = text.lstrip(" (").startswith("+")
    if international and not digits.startswith(("0", "1")):
        return None
    for prefix in ("0111", "0011", "001", "11", "01", "1", "0"):
        if digits.startswith(prefix) and len(digits) == len(prefix) + 10 and digits[len(prefix)] not in "01":
            return digits[len(prefix) :]
    return digits if len(digits) == 10 and digits[0] not in "01" else None


def _judge(national: str) -> tuple[bool, str]:
    """Whether a ten-digit number may be dialled for a person, and if not, why (NANP rules, then libphonenumber)."""
    area, exchange, line = national[:3], national[3:6], national[6:]
    parsed = phonenumbers.PhoneNumber(country_code=1, national_number=int(national))
    if area[1:] == "11" or exchange[1:] == "11":
        return False, "n11"
    if exchange == "555" and area not in {"800", "833", "844", "855", "866", "877", "888"}:
        if line == "1212":
            return False, "directory_555_1212"
        if line.startswith("01"):
            return False, "fictional_555"
    if len(set(national)) == 1 or exchange[0] in "01":
        return False, "invalid"
    if exchange == "976":
        return False, "premium"  # pay-per-call in every area code
    kind = phonenumbers.number_type(parsed)
    if kind == PhoneNumberType.TOLL_FREE:
        return False, "toll_free"
    if kind == PhoneNumberType.PREMIUM_RATE:
        return False, "premium"
    if kind == PhoneNumberType.PERSONAL_NUMBER:
        return False, "forwarding"  # 500 and its like follow whoever subscribes
    if not phonenumbers.is_valid_number(parsed):
        return False, "invalid"
    if phonenumbers.region_code_for_number(parsed) not in _US_REGIONS:
        return False, "foreign_nanp"
    return True, ""


def _foreign(text: str, extension: str, digits: str) -> ParsedPhone:
    """A number of another country when it is written with its country code; otherwise why nothing can be read."""
    if len(digits) <= 6:
        return ParsedPhone(reason="service_code" if digits else "no_number")
    written = text if text.lstrip(" (").startswith("+") else f"+{digits[3:]}" if digits.startswith("011") else ""
    if written:
        try:
            number = phonenumbers.parse(written, None)
        except NumberParseException:
            return ParsedPhone(reason="invalid")
        if phonenumbers.is_valid_number(number):
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            return ParsedPhone(e164, extension, usable=False, reason="foreign")
        return ParsedPhone(reason="invalid")
    if len(digits) < 10:
        return ParsedPhone(reason="too_short")
    return ParsedPhone(reason="too_long" if len(digits) > 10 else "invalid")


def compare_phones(a: ParsedPhone | str | bytes | None, b: ParsedPhone | str | bytes | None) -> PhoneComparison:
    """Both numbers are the same telephone line. Digits are compared exactly, never by likeness."""
    a = a if isinstance(a, ParsedPhone) else parse_phone(a)
    b = b if isinstance(b, ParsedPhone) else parse_phone(b)
    if not a.e164 or not b.e164:
        return PhoneComparison("unknown", ("at least one side has no readable number",))
    if a.e164 == b.e164:
        if a.extension and b.extension and a.extension != b.extension:
            return PhoneComparison("different_extension", (f"{a.e164}: extension {a.extension} and {b.extension}",))
        return PhoneComparison("same", (f"both are {a.e164}",))
    shared = sorted({a.e164, *a.others} & {b.e164, *b.others})
    if shared:
        return PhoneComparison("possible", (f"{shared[0]} is one of several numbers on at least one side",))
    return PhoneComparison("different", (f"{a.e164} and {b.e164}",))
