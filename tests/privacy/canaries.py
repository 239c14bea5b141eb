"""Forty values that point at invented people or open a door, and the search for them in whatever was left behind."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote, quote_plus

SSNS = ("987654329", "987-65-4329", "987 65 4329", "987.65.4329", "987–65–4329", "987/65/4329")
OTHER_SSN = "987-65-4321"
BIRTH_DATES = ("1981-07-23", "07/23/1981", "19810723", "July 23, 1981", "23 July 1981")
PHONES = (
    "9165550147",
    "916-555-0147",
    "(916) 555-0147",
    "+19165550147",
    "916.555.0147",
    "5305550163",
    "(530) 555-0163",
)
EMAILS = (
    "m.oxenfeld@example.com",
    "marguerite81@example.com",
    "m%2Eoxenfeld%40example.com",
    "OXENFELD.M@EXAMPLE.COM",
    "ottoline.q@example.com",
)
NAMES = ("Marguerite", "Oxenfeld", "OXENFELD", "Ottoline", "Quillfeather", "Quillfeather-Oxenfeld", "Thibaudeau")
STREETS = (
    "742 Juniper Hollow Rd",
    "JUNIPER HOLLOW",
    "Juniper Hollow Road",
    "1187 Wexcombe Terrace",
    "WEXCOMBE",
    "95814-3377",
)
SECRETS = ("ap-canary-5f1c9e77", "pw-canary-d20b44aa", "whsec-canary-0a1b2c3d")

CANARIES = (*SSNS, OTHER_SSN, *BIRTH_DATES, *PHONES, *EMAILS, *NAMES, *STREETS, *SECRETS)


def shown_in(data: bytes) -> list[str]:
    """The canaries that ``data`` shows: raw, in base64 at any offset, hexadecimal, URL-encoded, digits reversed."""
    return [canary for canary in CANARIES if any(spelling in data for spelling in spellings(canary))]


def spellings(canary: str) -> set[bytes]:
    raw = canary.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode(), quote(canary).encode(), quote_plus(canary).encode()}
    for shift in range(3):
        # the characters that neighbours have a share in are cut off
        text = base64.b64encode(bytes(shift) + raw)
        middle = text[(0, 2, 3)[shift] : len(text) - (0, 4, 3)[-(len(raw) + shift) % 3] or None].rstrip(b"=")
        if len(middle) > 7:
            found |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    groups = re.findall(r"\d+", canary)
    if len(groups) > 1 and len("".join(groups)) > 6:
        found |= {sign.join(reversed(groups)).encode() for sign in ("-", " ", "", ".")}
    return found
