"""Bulk intake: every line is answered, bad ones by field, and a stream that broke may be sent again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx
import orjson
import pytest

from skiptrace.access import Role
from tests.web.serving import ACCOUNT, Served

TERMS = {"batch_id": "b-1", "purpose": "collection", "certified_by": "Jane Sample"}
NDJSON = {"Content-Type": "application/x-ndjson"}


def stream(rows: Iterable[Any], terms: Any = TERMS) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in (terms, *rows))


def accounts(count: int) -> list[dict[str, Any]]:
    return [{**ACCOUNT, "account_id": f"A-{n}"} for n in range(count)]


async def send(door: Served, key: str, content: Any) -> httpx.Response:
    return await door.call(key, "POST", "/v1/cases:bulk", content=content, headers=NDJSON)


def results(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [orjson.loads(line) for line in answer.content.splitlines()]


async def test_every_line_is_answered_in_order(either: Served) -> None:
    key = await either.key(Role.SERVICE)

    *lines, total = results(await send(either, key, stream(accounts(1203))))

    assert [line["line"] for line in lines] == list(range(2, 1205))
    assert {line["status"] for line in lines} == {"accepted"}
    assert total == {"batch_id": "b-1", "accepted": 1203, "known": 0, "rejected": 0, "done": True}
    batch = (await either.call(key, "GET", "/v1/batches/b-1")).json()
    assert (batch["accepted"], batch["states"]) == (1203, {"queued": 1203})


async def test_bad_lines_are_named_by_line_and_field_and_nothing_else_is_lost(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    good = orjson.dumps(accounts(1)[0])
    bad = [
        b"{not json}",
        orjson.dumps({**ACCOUNT, "account_id": "A-2", "balance": "secret figure"}),
        b'["a", "list"]',
        orjson.dumps({**ACCOUNT, "account_id": "A-3", "first": "nul \0 nul"}),
        orjson.dumps({**ACCOUNT, "account_id": "A-4", "first": {"deep": 1}}),
        b'{"account_id": "' + b"x" * 70_000 + b'"}',
        b"[" * 100_000,
        b'{"account_id": "\\ud800"}',
    ]

    answer = await send(door, key, b"\n".join([orjson.dumps(TERMS), *bad, b"", good]))

    *lines, total = results(answer)
    assert [(line["line"], [p["field"] for p in line["problems"]]) for line in lines[:-1]] == [
        (2, ["line"]),
        (3, ["balance"]),
        *((n, ["line"]) for n in range(4, 10)),
    ]
    assert lines[-1]["line"] == 11
    assert (total["accepted"], total["rejected"]) == (1, 8)
    assert "secret" not in answer.text


async def test_a_stream_that_broke_off_is_taken_up_where_it_was(door: Served) -> None:
    key = await door.key(Role.SERVICE)

    async def breaking() -> AsyncIterator[bytes]:
        yield stream(accounts(600))
        raise ConnectionError

    with pytest.raises((httpx.HTTPError, ConnectionError)):
        await send(door, key, breaking())
    *_, total = results(await send(door, key, stream(accounts(1000))))

    assert total["accepted"] + total["known"] == 1000
    assert (await door.call(key, "GET", "/v1/batches/b-1")).json()["accepted"] == 1000


async def test_the_same_stream_again_is_known(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    first = results(await send(door, key, stream(accounts(3))))
    again = results(await send(door, key, stream(accounts(3))))

    assert {line["status"] for line in again[:-1]} == {"known"}
    assert [line["case_id"] for line in again[:-1]] == [line["case_id"] for line in first[:-1]]


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"purpose": "collection", "certified_by": "Jane Sample"}, "batch_id"),
        ({**TERMS, "purpose": "curiosity"}, "purpose"),
        ({**TERMS, "certified_by": ""}, "certified_by"),
        ({**TERMS, "lane": "express"}, "lane"),
        ({**TERMS, "tenant": "umbrella"}, "line 1"),
    ],
)
async def test_terms_must_be_right_before_any_account_is_taken(door: Served, terms: Any, field: str) -> None:
    key = await door.key(Role.SERVICE)

    answer = await send(door, key, stream(accounts(2), terms))

    assert answer.status_code == 422
    assert any(field in error["field"] for error in answer.json()["errors"]), answer.text
    assert (await door.call(key, "GET", "/v1/batches/b-1")).status_code == 404


async def test_an_empty_stream_and_another_media_type_are_refused(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    assert (await send(door, key, b"\n\n")).status_code == 422
    assert (await door.call(key, "POST", "/v1/cases:bulk", json=TERMS)).status_code == 415
