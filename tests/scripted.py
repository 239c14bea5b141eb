"""A provider that does what a test tells it to, and counts what it would have charged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from skiptrace.model import Answer, Inquiry, Manifest, Reply, Request
from skiptrace.ports import BeforeFirstByte
from tests import builders as build


@dataclass(frozen=True)
class BeforeTheFirstByte:
    """This trouble comes while connecting: nothing was sent."""

    error: Exception


@dataclass(frozen=True)
class OnTheWire:
    """This trouble comes after the first byte was written."""

    error: Exception


@dataclass(frozen=True)
class InTheReply:
    """The reply arrives with this status, and reading it means this trouble."""

    status: int
    error: Exception


Line = Answer | BeforeTheFirstByte | OnTheWire | InTheReply


@dataclass
class Scripted:
    """Speaks its lines in order, one for each request that reaches it. ``sent`` counts requests that left.

    ``pause`` is for how many seconds it thinks about each.
    """

    manifest: Manifest
    script: Sequence[Line]
    sent: int = 0
    pause: float = 0.0
    fields: tuple[str, ...] = ("name",)
    inquiries: list[Inquiry] = field(default_factory=list)

    def to_request(self, product: str, inquiry: Inquiry) -> Request | None:
        self.inquiries.append(inquiry)
        name = inquiry.subject.name.text
        return Request("POST", f"/{product}", body={"name": name, "about": inquiry.about}, fields=self.fields)

    async def send(self, product: str, request: Request, before_first_byte: BeforeFirstByte) -> Reply:
        del product, request
        line = self.script[self.sent]
        if isinstance(line, BeforeTheFirstByte):
            raise line.error
        await before_first_byte()
        number, self.sent = self.sent, self.sent + 1
        await asyncio.sleep(self.pause)
        if isinstance(line, OnTheWire):
            raise line.error
        status = line.status if isinstance(line, InTheReply) else 200
        return Reply(status, str(number).encode(), build.NOW)

    def to_answer(self, product: str, reply: Reply, call_id: str) -> Answer:
        del product
        line = self.script[int(reply.body)]
        if isinstance(line, InTheReply):
            raise line.error
        assert isinstance(line, Answer)
        return replace(line, records=tuple(replace(r, call_id=call_id) for r in line.records))

    async def close(self) -> None:
        """Nothing is open."""
