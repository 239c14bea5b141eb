"""Behind ``skiptrace rules rehearse``."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from skiptrace import compliance
from skiptrace.cli.output import console, print_json, table
from skiptrace.contacting import OVERRIDES_AS
from skiptrace.contacting import override as write_down
from skiptrace.errors import BadInput
from skiptrace.intake import free_text
from skiptrace.model import OverrideGiven
from skiptrace.rehearsal import Change
from skiptrace.rehearsal import rehearse as judged_again
from skiptrace.settings import Settings
from skiptrace.wiring import connect

EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answers for, as it was typed."""

    rule: str
    account: str
    reason: str
    until: str
    document: str
    by: str


async def override(settings: Settings, answer: Answer, *, as_json: bool) -> None:
    """Write it down. Raises BadInput, or PolicyRefused when it would not hold."""
    until = last_day(answer.until)
    role = OVERRIDES_AS.get(settings.role, "legal")  # whoever has the database in hand counts as counsel
    reason, document = free_text(answer.reason, "reason"), free_text(answer.document, "document")
    async with connect(settings) as app:
        names = await app.store.traces_of_account(settings.tenant, answer.account)
        trace = await app.store.trace(names[0]) if names else None
        case = await app.store.case(trace.case_id) if trace else None
        if case is None:
            raise BadInput("account", "has no trace yet; run lookup or batch first")
        given = OverrideGiven(answer.rule, role, reason, until, document)
        event_id = await write_down(given, case, app, by=answer.by or settings.requester)
    if as_json:
        print_json({"event_id": event_id, "rule_id": answer.rule, "role": role, "expires_on": until})
    else:
        console().print(f"{answer.rule} is overridden for {answer.account} until {until}, as {role}.", markup=False)


def last_day(text: str) -> date:
    """Raises BadInput."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("until", "is not a date; write 2026-12-01") from None


async def rehearse(settings: Settings, folder: Path, last: int, *, as_json: bool) -> None:
    """Judge the newest traces again under the rules in ``folder`` and print what would differ."""
    rules = compliance.load_rules(folder)
    async with connect(settings) as app:
        trace_ids = await app.store.newest_traces(settings.tenant, last)
        changed = [changes async for changes in judged_again(trace_ids, app, rules) if changes]
        before = app.rules.version
    changes = [change for of_trace in changed for change in of_trace]
    if as_json:
        print_json(
            {
                "rules_now": before,
                "rules_then": rules.version,
                "traces": len(trace_ids),
                "traces_changed": len(changed),
                "changes": [asdict(change) for change in changes],
            }
        )
        return
    _print(changes, traces=len(trace_ids), changed=len(changed))


def _print(changes: list[Change], *, traces: int, changed: int) -> None:
    out = console()
    out.print(f"{changed} of {traces} stored traces would end differently.")
    if not changes:
        return
    kinds = Counter((c.about.split()[0], c.before, c.after, ", ".join(c.rules) or "-") for c in changes)
    rows = [[str(count), *kind] for kind, count in kinds.most_common()]
    out.print(table(["times", "what", "now", "then", "rules"], rows, right=["times"]))
    examples = [[c.account_id, c.about, c.before, c.after] for c in changes[:EXAMPLES]]
    out.print(table(["account", "what", "now", "then"], examples, title=f"The first {len(examples)}"))
