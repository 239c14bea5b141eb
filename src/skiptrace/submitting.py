"""Accept work: rows in, queued cases out. Every door that takes accounts in comes through here.

A case is accepted when its row is committed. The same account in the same batch is the same case, however often it is
sent, so that a sender who did not hear the answer sends again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from skiptrace.errors import BadInput
from skiptrace.intake import Accepted, Problem, Rejected, Terms, case_id, read_fields
from skiptrace.intake.cell import cell_text
from skiptrace.intake.columns import locate
from skiptrace.model import Case, Lane
from skiptrace.ports import Dispatcher, Jobs

Fields = Mapping[str, object]
"""One account by the names of its fields, as a placement file names its columns."""


@dataclass(frozen=True, slots=True)
class Order:
    """What holds for all rows of a submission. ``request`` tells two submissions of one account without batch apart."""

    terms: Terms
    lane: Lane = Lane.STANDARD
    due_at: datetime | None = None
    request: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that is a case now; ``new`` is false when this case had a job before."""

    row: int
    case_id: str
    account_id: str
    new: bool
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that did not become a case, and why, by field; never with its values."""

    row: int
    problems: tuple[Problem, ...]


Receipt = Taken | Refused


async def submit(
    rows: Sequence[tuple[int, Fields | Problem]], order: Order, jobs: Jobs, dispatcher: Dispatcher
) -> list[Receipt]:
    """Judge the rows (number and fields, or what kept them from being read), commit those that are cases, wake workers.

    One transaction; receipts come in the order of the rows. Raises StoreError when nothing was accepted.
    """
    return await queue(judge(rows, order), order, jobs, dispatcher)


def judge(rows: Sequence[tuple[int, Fields | Problem]], order: Order) -> list[Accepted | Refused]:
    """The pure part: each row as a case, or why not."""
    return [_judge(number, given, order) for number, given in rows]


async def queue(
    judged: Sequence[Accepted | Refused], order: Order, jobs: Jobs, dispatcher: Dispatcher
) -> list[Receipt]:
    """The part that commits."""
    accepted = [row for row in judged if isinstance(row, Accepted)]
    cases = [row.case for row in accepted]
    queued = await jobs.submit(cases, order.lane, order.due_at) if cases else ()
    if any(queued) and order.due_at is None:
        await dispatcher.wake(order.lane, sum(queued))
    known = dict(zip((row.row for row in accepted), queued, strict=True))
    return [_taken(row, known[row.row]) if isinstance(row, Accepted) else row for row in judged]


def tally(receipts: Sequence[Receipt]) -> Counter[str]:
    """How many were ``accepted``, ``known`` before and ``rejected``."""
    return Counter(_word(receipt) for receipt in receipts)


def _word(receipt: Receipt) -> str:
    if isinstance(receipt, Refused):
        return "rejected"
    return "accepted" if receipt.new else "known"


def _judge(number: int, given: Fields | Problem, order: Order) -> Accepted | Refused:
    if isinstance(given, Problem):
        return Refused(number, (given,))
    try:
        read = read_fields(given, order.terms)
    except BadInput as error:
        return Refused(number, (Problem(error.field, error.reason),))
    if isinstance(read, Rejected):
        return Refused(number, read.problems)
    return Accepted(number, _named(read.case, order), read.warnings)


def _named(case: Case, order: Order) -> Case:
    """A case of a batch is named by batch and account; a single one by the request it came with."""
    if case.batch_id or not order.request:
        return case
    return replace(case, case_id=case_id(case.tenant, f"request {order.request}", case.account.account_id))


def _taken(row: Accepted, new: bool) -> Taken:
    return Taken(row.row, row.case.case_id, row.case.account.account_id, new, row.warnings)


def account_id_of(fields: Fields) -> str:
    """The account that a row names, by whatever usual name; empty when it names none or several."""
    try:
        places = locate(tuple(fields)).places.get("account_id", ())
    except BadInput:
        return ""
    values = tuple(fields.values())
    return cell_text(values[places[0]]).strip() if places else ""
