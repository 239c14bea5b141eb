"""Bulk intake: newline-delimited JSON in, one result per line out, in bounded memory.

The first line states the terms, each further line is an account. Results are put aside (ids and field names only, on
disk beyond a megabyte) and sent when the stream has ended: a client that writes before it reads must not be stuck.
When something breaks on the way, what was committed stays; the same stream sent again takes up where it was, because
the same account in the same batch is the same case.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Annotated, Any, BinaryIO

import orjson
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import StreamingResponse

from skiptrace.access import Action
from skiptrace.intake import Problem as FieldProblem
from skiptrace.submitting import Fields, Order, Receipt, Refused, judge, queue, tally
from skiptrace.web.bodies import chunks, parse
from skiptrace.web.cases import WITH_BODY, terms_of
from skiptrace.web.guard import Admitted, GuardedRoute, allowed
from skiptrace.web.house import House, house_of
from skiptrace.web.problems import Problem, responses
from skiptrace.web.shapes import ACCOUNT_SCHEMA, BulkTerms
from skiptrace.web.where import the_tenant

router = APIRouter(route_class=GuardedRoute, tags=["cases"])

NDJSON = "application/x-ndjson"
TOGETHER = 500
"""So many accounts are judged and committed at a time."""
LONGEST_LINE = 1 << 16
IN_MEMORY = 1 << 20

Line = tuple[int, Fields | FieldProblem]

_DOCUMENTED = {
    "x-stream": True,
    "requestBody": {
        "required": True,
        "description": "Line 1: the terms (BulkTerms). Each further line: one account, as in POST /v1/cases.",
        "content": {NDJSON: {"schema": {"type": "string"}, "x-line-schema": ACCOUNT_SCHEMA}},
    },
}
_RESULT = {
    "description": "One line per account: line, status (accepted, known, rejected), case_id and warnings, or problems; "
    "the last line counts them.",
    "content": {NDJSON: {"schema": {"type": "string"}}},
}


@router.post(
    "/v1/cases:bulk",
    response_class=StreamingResponse,
    responses={**responses(*WITH_BODY), 200: _RESULT},
    openapi_extra=_DOCUMENTED,
    summary="Submit a stream of accounts as one batch",
)
async def post_cases(
    request: Request, admitted: Annotated[Admitted, allowed(Action.SUBMIT_CASE, the_tenant)]
) -> StreamingResponse:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != NDJSON:
        raise Problem(415, "media-type", f"the body must be {NDJSON}")
    results = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed when it is sent, or here
    try:
        counts = await _take_in(request, admitted, results)  # type: ignore[arg-type]
    except BaseException:
        results.close()
        raise
    results.write(orjson.dumps(counts | {"done": True}) + b"\n")
    results.seek(0)
    return StreamingResponse(_sent(results), media_type=NDJSON)  # type: ignore[arg-type]


async def _take_in(request: Request, admitted: Admitted, results: BinaryIO) -> dict[str, Any]:
    house = house_of(request)
    lines = _lines(request)
    terms = await _terms(lines)
    order = _order(house, admitted, terms)
    counts: Counter[str] = Counter()
    committing: asyncio.Task[list[Receipt]] | None = None
    try:
        async for some in _some_at_a_time(lines):
            judged = await asyncio.to_thread(lambda rows=some: judge([_read(row) for row in rows], order))  # type: ignore[misc]
            counts += _noted(await committing if committing else (), results)
            # the next accounts are read and judged while these are committed
            committing = asyncio.create_task(queue(judged, order, house.store, house.dispatcher))
        counts += _noted(await committing if committing else (), results)
    except BaseException:
        if committing is not None:
            await asyncio.wait([committing])
        raise
    return {"batch_id": terms.batch_id, **{word: counts[word] for word in ("accepted", "known", "rejected")}}


def _noted(receipts: Sequence[Receipt], results: BinaryIO) -> Counter[str]:
    results.writelines(_result(receipt) for receipt in receipts)
    return tally(receipts)


async def _terms(lines: AsyncIterator[tuple[int, bytes]]) -> BulkTerms:
    async for _, line in lines:
        try:
            return BulkTerms.model_validate(parse(line), strict=False)
        except ValidationError as error:
            raise RequestValidationError([{**e, "loc": ("line 1", *e["loc"])} for e in error.errors()]) from None
    raise Problem(422, "invalid", "the stream is empty: line 1 states the terms")


def _order(house: House, admitted: Admitted, given: BulkTerms) -> Order:
    terms = terms_of(
        house,
        admitted,
        purpose=given.purpose,
        certified_by=given.certified_by,
        budget=given.budget,
        batch_id=given.batch_id,
    )
    return Order(terms, given.lane, given.due_at)


async def _lines(request: Request) -> AsyncIterator[tuple[int, bytes]]:
    """Lines with their numbers, blank ones left out; of one that is too long only its first bytes are kept."""
    number, left = 1, b""
    async for piece in chunks(request):
        *whole, left = (left + piece).split(b"\n")
        for line in whole:
            if line.strip():
                yield number, line
            number += 1
        left = left[: LONGEST_LINE + 1]
    if left.strip():
        yield number, left


async def _some_at_a_time(lines: AsyncIterator[tuple[int, bytes]]) -> AsyncIterator[list[tuple[int, bytes]]]:
    some: list[tuple[int, bytes]] = []
    async for line in lines:
        some.append(line)
        if len(some) == TOGETHER:
            yield some
            some = []
    if some:
        yield some


def _read(line: tuple[int, bytes]) -> Line:
    number, text = line
    if len(text) > LONGEST_LINE:
        return number, FieldProblem("line", f"is longer than {LONGEST_LINE} bytes")
    try:
        found = parse(text)
    except Problem as problem:
        return number, FieldProblem("line", _reason(problem))
    if not isinstance(found, dict):
        return number, FieldProblem("line", "is not a JSON object")
    if any(
        isinstance(v, dict) or (isinstance(v, list) and any(isinstance(i, dict | list) for i in v))
        for v in found.values()
    ):
        return number, FieldProblem("line", "has a field that is an object; fields are texts, numbers or lists of them")
    return number, found


def _reason(problem: Problem) -> str:
    return problem.errors[0].reason if problem.errors else str(problem.detail).replace("the body ", "")


def _result(receipt: Receipt) -> bytes:
    if isinstance(receipt, Refused):
        problems = [{"field": p.field, "reason": p.reason} for p in receipt.problems]
        return orjson.dumps({"line": receipt.row, "status": "rejected", "problems": problems}) + b"\n"
    taken: dict[str, Any] = {
        "line": receipt.row,
        "status": "accepted" if receipt.new else "known",
        "case_id": receipt.case_id,
    }
    if receipt.warnings:
        taken["warnings"] = [{"field": w.field, "reason": w.reason} for w in receipt.warnings]
    return orjson.dumps(taken) + b"\n"


def _sent(results: BinaryIO) -> Iterator[bytes]:
    with results:
        while piece := results.read(1 << 16):
            yield piece
