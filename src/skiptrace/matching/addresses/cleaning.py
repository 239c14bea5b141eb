"""An address cell made into capital tokens, where a comma is a token too."""

from __future__ import annotations

import re

from skiptrace.matching.addresses.tables import STATE_CODES, SUFFIXES, UNITS
from skiptrace.matching.known_words import familiarity
from skiptrace.matching.text import ascii_upper
from skiptrace.matching.zips import find_zip

_PLAIN = re.compile(r"[A-Z0-9 ,\-]*")
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_BOUNDARY = re.compile(r"[\n\r;|\t()\[\]]+|\s-+\s|--+|\s*<BR\s*/?>")
_SPACED_HYPHEN = re.compile(r"^\s*(\d+) - (\d+)(?=\s)")
_SPACED_UNIT = re.compile(r"(#\s*\d+) - ([A-Z])(?=\s*(?:,|$))")
_FRACTION = re.compile(r"(?<=\d)[\s\-]+(\d) ?/ ?(\d)(?=\s|$|,)")
_GLUED = re.compile(
    r"\b(APARTMENT|APT|SUITE|STE|UNIT|LOT|BLDG|RM|ROOM|PH|FLOOR|SPC|TRLR|P\s?O\s?BOX|BOX|RR|HC|HCR|PMB|PSC|CMR|DRAWER|"
    r"HWY|RTE|ROUTE|FM|CR|SR|US|I|IH|NO)[\-.]?(\d)"
)
_GLUED_FLOOR = re.compile(r"(?<= )(\d{1,2})(?=(?:FL|FLR|FLOOR)\b)")
_GLUED_BOX = re.compile(r"\bPO ?BOX(?=[ \d])")
_GLUED_STREET = re.compile(r"^\d+(?:[A-Z][a-z]+)+")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DECIMAL = re.compile(r"^(\s*\d+)\.(5|25|75)(?=\s)")
_QUARTERS = {"5": "1/2", "25": "1/4", "75": "3/4"}
_STATE_ROUTE = re.compile(rf"\b({'|'.join(sorted(STATE_CODES))})-(\d{{1,4}}[A-Z]?)\b")
_LETTER_ROUTE = re.compile(r"^(\s*\d+ (?:[NSEW] )?[KM])-(?=\d)")
_STATE_ZIP = re.compile(r"\b([A-Z]{2})(\d{5}(?:-?\d{4})?)$")
_INITIALS = re.compile(r"(?<=[A-Z])\.(?=[A-Z]{2})|(?<=[A-Z])\.(?=\d)")
_DOTS = re.compile(r"\.(?!\d)|(?<!\d)\.")
_DAMAGED = re.compile(r"0[A-Z]{2}|[A-Z]{2}[01]|[A-Z][01][A-Z]|\d[OIL]\d")
_DAMAGED_NUMBER = re.compile(r"\d+[OIL]+\d+$")
_DAMAGED_ZIP = re.compile(r"([A-Z]{2}) (?=\d*[OILSB])([0-9OILSB]{5})$")
_ORDINAL = re.compile(r"\d+(?:ST|ND|RD|TH)$")
_AS_DIGITS = str.maketrans("OILSB", "01158")
_GLUE = re.compile(r"[A-Z][.\-]?\d|\dF")
_ODD = re.compile(r"[^A-Z0-9 ,\-#./&%]")
_SIGNS = str.maketrans(dict.fromkeys("'\"*`~^{}?!", "") | dict.fromkeys(":\\_@=<>+$", " "))


def tokens_of(text: str) -> tuple[list[str], list[str]]:
    """Tokens, with commas among them, and the texts that stood in parentheses."""
    notes: list[str] = []
    if glued := _GLUED_STREET.match(text):
        text = _CAPITAL.sub(" ", glued[0]) + text[glued.end() :]  # 500WhitlockWay
    text = ascii_upper(text)
    if not _PLAIN.fullmatch(text):
        text = _plain(text, notes)
    if "-TO-" in text:
        text = text.replace("-TO-", " TO ")  # FARM-TO-MARKET
    if " - " in text:
        text = _SPACED_UNIT.sub(r"\1\2", text)
        text = _SPACED_HYPHEN.sub(r"\1-\2", text).replace(" - ", ",")
    if damaged := _DAMAGED_ZIP.match(text[-8:]):
        text = _mended_zip(text, damaged)
    if _GLUE.search(text):
        text = _STATE_ROUTE.sub(r"\1 \2", text)
        text = _LETTER_ROUTE.sub(r"\1 ", text)
        text = _GLUED.sub(r"\1 \2", text)
        text = _GLUED_FLOOR.sub(r"\1 ", text)
        text = _GLUED_BOX.sub("PO BOX", text)
        text = _STATE_ZIP.sub(r"\1 \2", text)
    tokens = text.replace(",", " , ").split()
    if "-" in text:
        tokens = [stripped for token in tokens if (stripped := token.strip("-/"))]
    mixed = [word for word in tokens if not (word.isalpha() or word.isdigit() or word == ",")]
    return (_mended(tokens) if mixed and _DAMAGED.search(" ".join(mixed)) else tokens), notes


def _mended_zip(text: str, damaged: re.Match[str]) -> str:
    """The text with DE I990I as DE 19901, where that is a ZIP code of the state."""
    zip5 = damaged[2].translate(_AS_DIGITS)
    area = find_zip(zip5)
    return text[:-5] + zip5 if area and area.state == damaged[1] else text


def _mended(tokens: list[str]) -> list[str]:
    """Letters that a scanner took for digits and the other way round: 0AK HI11, 1O2."""
    if tokens and _DAMAGED_NUMBER.match(tokens[0]):
        tokens = [tokens[0].translate(_AS_DIGITS), *tokens[1:]]
    return [*tokens[:1], *map(_mended_word, tokens[1:])]


def _mended_word(word: str) -> str:
    digits = set(word) & set("0123456789")
    if not digits or not digits <= {"0", "1"} or len(word) - sum(map(word.count, digits)) < 2 or _ORDINAL.match(word):
        return word
    for one in "IL":
        spelled = word.replace("0", "O").replace("1", one)
        if spelled in SUFFIXES or familiarity(spelled) == 2:
            return spelled
    return word


def _plain(text: str, notes: list[str]) -> str:
    """Signs other than letters, digits, commas and hyphens replaced by what they stand for."""
    if "(" in text:
        text = _PARENTHESES.sub(lambda match: _in_parentheses(match[1].strip(), notes), text)
    if "." in text:
        text = _DECIMAL.sub(lambda match: f"{match[1]} {_QUARTERS[match[2]]}", text)
        text = _DOTS.sub("", _INITIALS.sub(" ", text))
    if _ODD.search(text):
        text = _SPACED_UNIT.sub(r"\1\2", text)
        text = _SPACED_HYPHEN.sub(r"\1-\2", text)
        text = _BOUNDARY.sub(",", text).translate(_SIGNS)
    if "/" in text:
        text = _FRACTION.sub(r" \1/\2", text)
    return text.replace("#", " # ").replace("&", " & ").replace("%", " C/O ")


def _in_parentheses(text: str, notes: list[str]) -> str:
    """What takes the place of a text in parentheses: a unit stays in the address, anything else is a note."""
    words = text.replace("#", "# ").split()
    if words and len(words) <= 3 and any(word in UNITS for word in words):
        return f" , {text} , "
    notes.extend([text] if text else [])
    return " "
