"""Any text or bytes made into capital ASCII letters, digits and plain punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from skiptrace.matching.tables import sorted_table

_FRACTIONS = {"¼": " 1/4", "½": " 1/2", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3", "⅛": " 1/8", "⅜": " 3/8"}
_PLAIN = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2018\u2019\u201b\u02bc`\u00b4\uff07", "'"),
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("№", " NO "),
    **_FRACTIONS,
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_LONGEST = 400


def decode(value: str | bytes | None) -> str:
    """Text of a cell: bytes are read as UTF-8, and as Latin-1 where they are not UTF-8; None is empty.

    Longer cells than any name, address or phone are cut at 400 characters, so that time stays bounded.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:_LONGEST] if value.isascii() else _read_again(value[:_LONGEST])
    head = bytes(value[:_LONGEST])
    try:
        return head.decode()
    except UnicodeDecodeError:
        return head.decode("latin-1")


@lru_cache(maxsize=65_536)
def scanned(word: str) -> str:
    """Letters that a scanner confuses, alike: SAWRNILL and SAWMILL."""
    return word.replace("RN", "M").replace("VV", "W").replace("CL", "D")


def _read_again(text: str) -> str:
    """UTF-8 that was read as Latin-1 read right: JosÃ© is José."""
    if "\u00c3" not in text:
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def ascii_upper(text: str) -> str:
    """Capital ASCII spelling. Control characters become spaces; signs without an ASCII spelling disappear."""
    if not text.isascii():
        text = "".join(map(_spell, unicodedata.normalize("NFC", text)))
    return (text if text.isprintable() else _CONTROL.sub(" ", text)).upper()


@lru_cache(maxsize=4096)
def _spell(character: str) -> str:
    if character < "\x80":
        return character
    plain = _PLAIN.get(character)
    if plain is not None:
        return plain
    if character.isspace() or unicodedata.category(character)[0] == "C":
        return " "
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    spelled = sorted_table("transliteration.tsv").get(f"{ord(character):05x}")
    if spelled is not None:
        # Chinese, Japanese and Korean are written without spaces between the words of a name.
        return f" {spelled} " if character >= "\u3400" else spelled
    return unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
