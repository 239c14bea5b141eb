"""Reads house number, P.O. box, unit and ZIP out of an address text, as far as the world's own spellings need it."""

from __future__ import annotations

import re

_BOX = re.compile(r"\b(?:P\.?\s*O\.?\s*)?BOX\s+(\d+)")
_NUMBER = re.compile(r"\s*(\d+)\b")
_UNIT = re.compile(r"(?:\b(?:APT|APARTMENT|UNIT|STE|SUITE|PMB)|#)[\s.#]*([0-9A-Z]+)")
_ZIP = re.compile(r"\b(\d{5})(?:-\d{4})?\s*$")
_TOWN = re.compile(r"([A-Za-z .'-]+?),?\s+([A-Za-z]{2})(?:\s+\d{5}(?:-\d{4})?)?\s*$")


def house_number(text: str) -> str:
    """The number of the house, or of the P.O. box; empty when there is none."""
    found = _BOX.search(text.upper()) or _NUMBER.match(text)
    return found.group(1) if found else ""


def unit_number(text: str) -> str:
    """Apartment, unit, suite or private mailbox, without its designator."""
    found = _UNIT.search(text.upper())
    return found.group(1) if found else ""


def zip_code(text: str) -> str:
    """The five digits at the end of an address."""
    found = _ZIP.search(text)
    return found.group(1) if found else ""


def city_and_state(text: str) -> tuple[str, str]:
    """From ``City, ST`` or ``City, ST 12345``; two empty strings otherwise."""
    found = _TOWN.fullmatch(text.strip())
    return (found.group(1).strip(), found.group(2).upper()) if found else ("", "")


def street_name(line: str) -> str:
    """The delivery line without house number and unit, in upper case."""
    return re.sub(r"^\s*\d+\s+", "", _UNIT.sub("", line.upper())).strip(" ,#")
