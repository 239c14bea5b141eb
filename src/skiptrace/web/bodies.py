"""Reading bodies from strangers: bounded in size, depth and time; JSON that later steps could choke on is refused.

orjson refuses NaN, Infinity, numbers of more than 64 bits, lone surrogates and depth beyond 1,024 by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
from fastapi import Request
from starlette.requests import ClientDisconnect

from skiptrace.intake import Problem as FieldProblem
from skiptrace.web.house import house_of
from skiptrace.web.problems import Problem

MOST_BYTES = 1 << 20
"""Longest JSON body."""
MOST_DEPTH = 16


class SafeRequest(Request):
    """A request whose JSON body is read with care. Raises Problem."""

    async def body(self) -> bytes:
        if not hasattr(self, "_safe_body"):
            self._safe_body = await _read_all(self)
        return self._safe_body

    async def json(self) -> Any:
        return parse(await self.body())


def parse(text: bytes) -> Any:
    """Raises Problem: 400 for what is not JSON, 422 for JSON that goes too deep or holds a NUL."""
    try:
        value = orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError):
        raise Problem(400, "not-json", "the body is not JSON that can be read") from None
    check(value)
    return value


def check(value: Any) -> None:
    """Depth and NUL. Raises Problem."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MOST_DEPTH:
            raise Problem(422, "invalid", "the body is nested too deeply")
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below += item.values()
                below += item.keys()
            elif isinstance(item, list):
                below += item
            elif isinstance(item, str) and "\0" in item:
                raise Problem(422, "invalid", "the body holds a NUL character", errors=[_NUL])
        level = below


_NUL = FieldProblem("body", "contains a NUL character; remove it")


async def chunks(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces, none of which may keep us waiting for long. Raises Problem."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Problem(415, "media-type", "a compressed body is not read here; send it plain")
    stream, seconds = request.stream(), house_of(request).read_seconds
    while True:
        try:
            async with asyncio.timeout(seconds):
                piece = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise Problem(408, "too-slow", "the body did not arrive in time", headers={"Connection": "close"}) from None
        except ClientDisconnect:
            raise Problem(400, "cut-off", "the body broke off") from None
        yield piece


async def _read_all(request: Request) -> bytes:
    too_large = Problem(413, "too-large", f"a body has at most {MOST_BYTES} bytes", headers={"Connection": "close"})
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > MOST_BYTES:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(house_of(request).read_seconds):
            async for piece in chunks(request):
                body += piece
                if len(body) > MOST_BYTES:
                    raise too_large
    except TimeoutError:
        raise Problem(408, "too-slow", "the body did not arrive in time", headers={"Connection": "close"}) from None
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and media != "application/json":
        raise Problem(415, "media-type", "the body must be application/json")
    return bytes(body)
