"""Reads house number, P.O. box, unit and ZIP out of an address text, as far as the world's own spellings need it."""

from __future__ import annotations

import re

_BOX = re.compile(r"\b(?:P\.?\s*O\.?\s*)?BOX\s+(\d+)")
_NUMBER = re.compile(r"\s*(\d+)\b")
_UNIT = re.compile(r"(?:\b(?:APT|APARTMENT|UNIT|STE|SUITE|PMB)\b|#)[\s.#]*([0-9A-Z]+)")
_BARE_UNIT = re.compile(r"\d+ .+ (\d+[A-Z]?)$")
_ZIP = re.compile(r"\b(\d{5})(?:-\d{4})?\s*$")
_TOWN = re.compile(r"([A-Za-z .'-]+?),?\s+([A-Za-z]{2})(?:\s+\d{5}(?:-\d{4})?)?\s*$")


def house_number(text: str) -> str:
    """The number of the house, or of the P.O. box; empty when there is none."""
    found = _BOX.search(text.upper()) or _NUMBER.match(text)
    return found.group(1) if found else ""


def unit_number(text: str) -> str:
    """Apartment, unit, suite or private mailbox without its designator; a number that ends the line counts as one."""
    upper = text.upper()
    found = _UNIT.search(upper) or _BARE_UNIT.fullmatch(upper.partition(",")[0].strip())
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


def same_address(one: str, other: str) -> bool:
    """Whether two full addresses of the world mean one dwelling.

    House numbers are unique within a city of the world, so number, unit and ZIP (or city and state) decide, and
    neither a misspelt street nor another order of words hides an address.
    """
    if (house_number(one), unit_number(one)) != (house_number(other), unit_number(other)):
        return False
    if zip_code(one) and zip_code(other):
        return zip_code(one) == zip_code(other)
    return town_of(one) == town_of(other) != ("", "")


def town_of(address: str) -> tuple[str, str]:
    """City and state of a full address, in upper case."""
    parts = [part.strip() for part in address.upper().split(",")]
    return city_and_state(", ".join(parts[-2:])) if len(parts) > 2 else ("", "")
