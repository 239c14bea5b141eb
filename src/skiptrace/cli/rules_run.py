"""Behind ``skiptrace rules rehearse``."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path

from skiptrace import compliance
from skiptrace.cli.output import console, print_json, table
from skiptrace.rehearsal import Change
from skiptrace.rehearsal import rehearse as judged_again
from skiptrace.settings import Settings
from skiptrace.wiring import connect

EXAMPLES = 20


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
