"""An address cell made into capital tokens, where a comma is a token too."""

from __future__ import annotations

import re

from skiptrace.matching.addresses.tables import STATE_CODES, UNITS
from skiptrace.matching.text import ascii_upper

_PLAIN = re.compile(r"[A-Z0-9 ,\-]*")
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_BOUNDARY = re.compile(r"[\n\r;|\t()\[\]]+|\s-+\s|--+|\s*<BR\s*/?>")
_SPACED_HYPHEN = re.compile(r"^\s*(\d+) - (\d+)(?=\s)")
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
    if " - " in text:
        text = _SPACED_HYPHEN.sub(r"\1-\2", text).replace(" - ", ",")
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
    return tokens, notes


def _plain(text: str, notes: list[str]) -> str:
    """Signs other than letters, digits, commas and hyphens replaced by what they stand for."""
    if "(" in text:
        text = _PARENTHESES.sub(lambda match: _in_parentheses(match[1].strip(), notes), text)
    if "." in text:
        text = _DECIMAL.sub(lambda match: f"{match[1]} {_QUARTERS[match[2]]}", text)
        text = _DOTS.sub("", _INITIALS.sub(" ", text))
    if _ODD.search(text):
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
