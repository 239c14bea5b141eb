"""Behind ``skiptrace reviews``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from skiptrace.access import Principal
from skiptrace.access import Role as Acting
from skiptrace.cli.output import console, print_json, table
from skiptrace.cli.rules_run import last_day
from skiptrace.cli.why_run import choose, find_trace
from skiptrace.contacting import OVERRIDES_AS
from skiptrace.errors import BadInput
from skiptrace.intake import free_text
from skiptrace.model import Trace
from skiptrace.retiring import Retirement, judge_without_retired, retire
from skiptrace.reviewing import Word, review, waiting
from skiptrace.settings import Settings
from skiptrace.wiring import SystemClock, connect, open_store


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says, as it was typed."""

    rules: tuple[str, ...]
    reason: str
    contact: str
    third_party: int
    until: str
    document: str
    by: str
    released: bool


async def print_waiting(settings: Settings, name: str, rule: str, *, by_account: bool, as_json: bool) -> None:
    """Of one trace, or of the newest ones. Raises BadInput when the trace is not known."""
    newest = () if name else await _newest(settings, rule)
    async with connect(settings) as app:
        if name:
            traces = [await find_trace(app.store, settings.tenant, name, by_account=by_account)]
        else:
            traces = [trace for one in newest if (trace := await app.store.trace(one)) is not None]
        found = [(trace, held) for trace in traces for held in await waiting(trace, app)]
    found = [(trace, held) for trace, held in found if rule in ("", held.rule_id)]
    if as_json:
        print_json([{"trace_id": t.trace_id, "account_id": t.account_id, **asdict(held)} for t, held in found])
    elif not found:
        console().print("Nothing waits for a person.")
    else:
        rows = [[t.account_id, t.trace_id, _what(t, h.contact_id), h.rule_id, h.level, h.reason] for t, h in found]
        console().print(table(["account", "trace", "what", "rule", "who releases", "why"], rows))


async def say(settings: Settings, name: str, said: Said, *, by_account: bool) -> None:
    """Raises BadInput for what is not known, PolicyRefused for what the role may not release."""
    async with connect(settings) as app:
        trace = await find_trace(app.store, settings.tenant, name, by_account=by_account)
        word = Word(
            tuple(dict.fromkeys(said.rules)),
            said.released,
            OVERRIDES_AS.get(settings.role, "legal"),  # whoever has the database in hand counts as counsel
            free_text(said.reason, "reason"),
            said.by or settings.requester,
            _contact_id(trace, said),
            last_day(said.until) if said.until else None,
            free_text(said.document, "document"),
        )
        await review(word, trace, app)
    done = "Released" if said.released else "Rejected"
    console().print(f"{done}: {', '.join(word.rule_ids)} of account {trace.account_id}.", markup=False)


async def retire_evidence(settings: Settings, name: str, said: Said, *, by_account: bool) -> None:
    """Raises BadInput for what is not known, PolicyRefused for a role that may not."""
    async with connect(settings) as app:
        trace = await find_trace(app.store, settings.tenant, name, by_account=by_account)
        wanted = Retirement(
            choose(trace, said.contact).contact_id,
            OVERRIDES_AS.get(settings.role, "legal"),
            free_text(said.reason, "reason"),
            said.by or settings.requester,
            last_day(said.until) if said.until else None,
        )
        retired = await retire(wanted, trace, app)
        revised = await judge_without_retired(trace.tenant, trace.account_id, app)
    taken = sum(one.retracted for one in revised)
    console().print(
        f"The {retired.contact} counts no more until {retired.expires_on}: {len(revised)} traces were judged again, "
        f"{taken} contacts are taken back.",
        markup=False,
        soft_wrap=True,
    )


async def _newest(settings: Settings, rule: str) -> Sequence[str]:
    clock = SystemClock()
    async with open_store(settings, clock) as store:
        who = Principal(settings.requester, settings.tenant, Acting.OPERATOR)
        return await store.access.to_review(who, clock.now(), rule)


def _contact_id(trace: Trace, said: Said) -> str:
    if said.contact and said.third_party:
        raise BadInput("contact", "and --third-party exclude each other")
    if said.third_party > len(trace.third_party_contacts):
        raise BadInput("third-party", f"is not in the list, which has {len(trace.third_party_contacts)} entries")
    if said.third_party:
        return trace.third_party_contacts[said.third_party - 1].contact_id
    return choose(trace, said.contact).contact_id if said.contact else ""


def _what(trace: Trace, contact_id: str) -> str:
    for rank, contact in enumerate(trace.contacts, 1):
        if contact.contact_id == contact_id:
            return f"{rank} {contact.kind}"
    return "account"
