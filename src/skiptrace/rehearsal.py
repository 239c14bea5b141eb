"""What would changed rules have done? Stored cases are judged again from their stored replies, under both rule books.

Nothing is asked, paid, kept or granted. A product that only the new rules would ask has no stored reply: what it would
have found is unknown.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from skiptrace.compliance import RuleBook
from skiptrace.model import Contact, Effect, Step, StepResult, Trace
from skiptrace.replay import replay
from skiptrace.tracing import App

CLOSING = frozenset({Effect.REFUSE, Effect.HOLD, Effect.STOP, Effect.DENY})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference in one stored case. ``about`` is the case, a product or a contact by kind and rank, no value.

    ``rules`` are the ids of the rules that close something now and did not, or did and do not.
    """

    account_id: str
    trace_id: str
    about: str
    before: str
    after: str
    rules: tuple[str, ...]


async def rehearse(trace_ids: Sequence[str], app: App, rules: RuleBook) -> AsyncIterator[tuple[Change, ...]]:
    """For each stored trace, what ``rules`` would change against the rules of ``app``; empty when nothing would."""
    for trace_id in trace_ids:
        now = await replay(trace_id, app)
        then = await replay(trace_id, replace(app, rules=rules))
        yield tuple(_changes(now, then))


def _changes(now: Trace, then: Trace) -> Iterator[Change]:
    if now.stop is not then.stop:
        yield _change(now, "case", now.stop, then.stop, _closers(now, "case") ^ _closers(then, "case"))
    before, after = _steps(now.steps), _steps(then.steps)
    for product in dict.fromkeys((*before, *after)):
        was, becomes = before.get(product, "not reached"), after.get(product, "not reached")
        if was != becomes:
            yield _change(now, product, was, becomes, _closers(now, product) ^ _closers(then, product))
    after_by_key = {_key(c): c for c in then.contacts}
    for rank, contact in enumerate(now.contacts, 1):
        other = after_by_key.pop(_key(contact), None)
        yield from _of_contact(now, then, rank, contact, other)
    for contact in after_by_key.values():
        yield _change(now, f"{contact.kind} new", "not listed", _channels(contact), frozenset())


def _of_contact(now: Trace, then: Trace, rank: int, was: Contact, becomes: Contact | None) -> Iterator[Change]:
    before, after = _channels(was), _channels(becomes) if becomes else "not listed"
    if before == after:
        return
    differing = _closers(now, was.contact_id) ^ (_closers(then, becomes.contact_id) if becomes else frozenset())
    yield _change(now, f"{was.kind} {rank}", before, after, differing)


def _change(now: Trace, about: str, before: str, after: str, rules: Iterable[str]) -> Change:
    return Change(now.account_id, now.trace_id, about, before, after, tuple(sorted(rules)))


def _steps(steps: Iterable[Step]) -> dict[str, str]:
    return {f"{s.provider}.{s.product}": _asked(s.result) for s in steps}


def _asked(result: StepResult) -> str:
    """What rules decide about a step: whether it is asked. What the vendor then says is not their doing."""
    return result.value if result in (StepResult.REFUSED, StepResult.NOT_ASKED) else "asked"


def _channels(contact: Contact) -> str:
    return ", ".join(grant.channel for grant in contact.grants) or "no channel"


def _key(contact: Contact) -> tuple[str, str]:
    return (contact.kind.value, contact.value)


def _closers(trace: Trace, about: str) -> frozenset[str]:
    return frozenset(d.rule_id for d in trace.decisions if d.about == about and d.effect in CLOSING)
