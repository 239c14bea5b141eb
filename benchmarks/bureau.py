"""A cheap local vendor for benchmarks: two products each of two vendors, 50 ms an answer, 20 records a case.

    python -m benchmarks.bureau SOCKET_INFO_FILE [--delay-ms 50]

People are numbered and invented; a request names its number (house number or telephone), so nothing is looked up. The
server is a process of its own whose CPU no benchmark counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

import phonenumbers
import uvloop

from skiptrace.sandbox.lexicon import lexicon

PEOPLE = 10_000
"""So many people there are: the telephones of the fictitious exchange 555-01xx reach for three each."""

_WORDS = lexicon()
FIRST = tuple(name for listed in _WORDS.first_names.values() for name in listed.words)
LAST, STREETS = tuple(_WORDS.surnames.words), tuple(street for street in _WORDS.streets if " " not in street)
PLACES = tuple((place.city, place.state, place.zip_code) for near in _WORDS.places.values() for place in near)
AREAS = tuple(code for code in range(201, 990) if phonenumbers.is_valid_number(phonenumbers.parse(f"+1{code}5550100")))


@dataclass(frozen=True)
class Person:
    """One of the numbered people."""

    number: int

    @property
    def first(self) -> str:
        return FIRST[self.number % len(FIRST)]

    @property
    def last(self) -> str:
        return LAST[self.number * 7 % len(LAST)]

    @property
    def born(self) -> tuple[int, int, int]:
        return 1950 + self.number % 45, 1 + self.number % 12, 1 + self.number % 28

    def line(self, move: int) -> str:
        """House number and street; the person lives at the highest move."""
        return f"{self.number + 100} {STREETS[(self.number + move) % len(STREETS)]} St"

    def place(self, move: int) -> tuple[str, str, str]:
        return PLACES[(self.number + move) % len(PLACES)]

    def phone(self, which: int) -> str:
        """Ten digits, 555-01xx; ``which`` is 0 for the one on the account, 1 for today's, 2 for a relative's."""
        index = self.number + which * PEOPLE
        return f"{AREAS[index // 100]}55501{index % 100:02}"


def number_of_phone(digits: str) -> int:
    return (AREAS.index(int(digits[:3])) * 100 + int(digits[-2:])) % PEOPLE


def _address(person: Person, move: int, first: str, last: str) -> dict[str, object]:
    house, street, kind = person.line(move).split()
    city, state, zip_code = person.place(move)
    parts = {"houseNumber": house, "streetName": street, "streetType": kind, "city": city, "state": state}
    return {**parts, "zip": zip_code, "firstReportedDate": first, "lastReportedDate": last}


def _phone(digits: str, kind: str, last: str) -> dict[str, object]:
    shown = f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return {"phoneNumber": shown, "phoneType": kind, "isConnected": True, "lastReportedDate": last}


def _name(person: Person, middle: str = "") -> dict[str, str]:
    return {"firstName": person.first, "middleName": middle, "lastName": person.last}


def enriched(person: Person) -> dict[str, object]:
    """One record: today's address and telephone."""
    found = {
        "name": _name(person),
        "addresses": [_address(person, 2, "4/1/2025", "9/1/2026"), _address(person, 1, "3/1/2023", "4/1/2025")],
        "phones": [_phone(person.phone(1), "mobile", "9/1/2026"), _phone(person.phone(0), "landline", "1/1/2022")],
        "emails": [{"email": f"p{person.number}@example.com"}],
    }
    return {"person": found, "identityScore": "98", "requestId": str(person.number), "isError": False}


def searched(person: Person) -> dict[str, object]:
    """Seventeen records: the person in three spellings, four of the family, ten namesakes elsewhere."""
    year, month, day = person.born
    addresses = [_address(person, move, f"3/1/{2019 + 2 * move}", f"4/1/{2021 + 2 * move}") for move in range(3)]
    phones = [_phone(person.phone(1), "Wireless", "9/1/2026"), _phone(person.phone(0), "LandLine/Services", "1/1/2022")]
    relatives = [{"firstName": first, "lastName": person.last, "relativeType": "Family"} for first in FIRST[:4]]
    found: list[dict[str, object]] = []
    for spelling, middle in enumerate(("T", "", "Taylor")):
        found.append(
            {
                "tahoeId": f"T{person.number}-{spelling}",
                "name": _name(person, middle),
                "dob": f"{month}/{day if spelling != 1 else 'XX'}/{year}",
                "addresses": addresses[spelling:] or addresses,
                "phoneNumbers": phones if spelling != 1 else phones[1:],
                "emailAddresses": [{"emailAddress": f"p{person.number}@example.com"}],
                "relativesSummary": relatives,
            }
        )
    found += [_other(person, n, family=True) for n in range(4)] + [_other(person, n, family=False) for n in range(10)]
    return {"persons": found, "pagination": {"totalResults": len(found)}, "requestId": "r", "isError": False}


def _other(person: Person, n: int, *, family: bool) -> dict[str, object]:
    other = Person((person.number * 7 + n * 31 + 1) % PEOPLE)
    first = other.first if family else person.first
    lives = _address(person, 1, "3/1/2015", "4/1/2023") if family else _address(other, n, "3/1/2012", "4/1/2026")
    return {
        "tahoeId": f"T{person.number}-{'f' if family else 'n'}{n}",
        "name": {"firstName": first, "middleName": "", "lastName": person.last},
        "dob": f"{1 + n}/{2 + n}/{1940 + 3 * n}",
        "addresses": [lives],
        "phoneNumbers": [_phone(other.phone(2), "Wireless", "4/1/2026")],
        "relativesSummary": [{"firstName": person.first, "lastName": person.last}] if family else [],
    }


def validated(person: Person, digits: str) -> dict[str, object]:
    """One check."""
    reply = {"id": f"v{person.number}", "phone_number": digits, "is_valid": True, "activity_score": 88}
    return {**reply, "line_type": "Mobile", "warnings": []}


def owned(person: Person, digits: str) -> dict[str, object]:
    """Two records: the person and one of the household."""
    city, state, zip_code = person.place(2)
    lives = {"street_line_1": person.line(2), "city": city, "state_code": state, "postal_code": zip_code}
    owners = [
        {"id": f"o{person.number}-{n}", "type": "Person", "firstname": first, "lastname": person.last}
        | {"current_addresses": [lives], "link_to_phone_start_date": "2024-05-01"}
        for n, first in enumerate((person.first, FIRST[(person.number + 3) % len(FIRST)]))
    ]
    reply = {"id": f"p{person.number}", "phone_number": digits, "is_valid": True, "line_type": "Mobile"}
    return {**reply, "owners": owners, "warnings": []}


@lru_cache(maxsize=50_000)
def reply_to(target: str, house: int) -> bytes:
    """The whole HTTP response to a path with its query, or to a house number in the body."""
    url = urlsplit(target)
    if url.path.startswith("/enformion"):
        payload: Mapping[str, object] = (enriched if "Enrich" in url.path else searched)(Person(house - 100))
    else:
        digits = parse_qs(url.query)["phone"][0]
        payload = (validated if "phone_intel" in url.path else owned)(Person(number_of_phone(digits)), digits)
    body = json.dumps(payload).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body


class Vendor(asyncio.Protocol):
    """Keep-alive HTTP/1.1, one request after the other on a connection."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._read = b""
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, rest = self._read.partition(b"\r\n\r\n")
        length = _content_length(head)
        if not end or len(rest) < length:
            return
        self._read = rest[length:]
        target = head.split(b" ", 2)[1].decode()
        house = _house(rest[:length]) if length else 0
        self._loop.call_later(self._delay, self._answer, target, house)

    def _answer(self, target: str, house: int) -> None:
        if not self._transport.is_closing():
            self._transport.write(reply_to(target, house))


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


def _house(body: bytes) -> int:
    asked = json.loads(body)
    address = asked["Address"]["addressLine1"] if "Address" in asked else asked["Addresses"][0]["AddressLine1"]
    return int(str(address).split()[0])


async def main(ready: Path, delay: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Vendor(delay), "127.0.0.1", 0, backlog=1024)
    ready.write_text(  # noqa: ASYNC240 - nobody is served yet
        f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    )
    await server.serve_forever()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("ready", type=Path, help="file that the address is written to")
    options.add_argument("--delay-ms", type=float, default=50)
    given = options.parse_args()
    uvloop.run(main(given.ready, given.delay_ms / 1000))
