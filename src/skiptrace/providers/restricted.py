"""Highly restricted members of a reply are taken out before anything reads or stores it.

Motor-vehicle records may bring photographs, SSNs and medical data that no collection purpose covers (18 USC 2721(a)(2),
2725(4); rule A-10). A manifest names such members under ``drops``; what stands under these names goes, however deep.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson

from skiptrace.model import Answer, Inquiry, Manifest, Reply, Request
from skiptrace.ports import BeforeFirstByte, Provider

HEADER = "skiptrace-dropped"
"""How many members were taken out, kept with the reply."""


class Restricted:
    """A provider whose replies lose what its manifest says must not be kept."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    @property
    def manifest(self) -> Manifest:
        return self._provider.manifest

    def to_request(self, product: str, inquiry: Inquiry) -> Request | None:
        return self._provider.to_request(product, inquiry)

    async def send(self, product: str, request: Request, before_first_byte: BeforeFirstByte) -> Reply:
        return without(await self._provider.send(product, request, before_first_byte), frozenset(self.manifest.drops))

    def to_answer(self, product: str, reply: Reply, call_id: str) -> Answer:
        answer = self._provider.to_answer(product, reply, call_id)
        dropped = reply.headers.get(HEADER, "0")
        if dropped == "0":
            return answer
        return replace(answer, warnings=(*answer.warnings, f"dropped_highly_restricted={dropped}"))

    async def close(self) -> None:
        await self._provider.close()


def without(reply: Reply, names: frozenset[str]) -> Reply:
    """The reply without the members of these names. A body that is not JSON goes whole: what it holds is unknown."""
    try:
        body = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return replace(reply, body=b"", headers={**reply.headers, HEADER: "whole body"})
    dropped = sum(1 for _ in _dropped(body, names))
    if not dropped:
        return reply
    return replace(reply, body=orjson.dumps(body), headers={**reply.headers, HEADER: str(dropped)})


def _dropped(value: Any, names: frozenset[str]) -> Iterator[str]:
    """Takes the members out and tells each of them."""
    if isinstance(value, dict):
        for name in [name for name in value if name in names]:
            del value[name]
            yield name
        for below in value.values():
            yield from _dropped(below, names)
    elif isinstance(value, list):
        for below in value:
            yield from _dropped(below, names)
