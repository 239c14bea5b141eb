"""Behind ``skiptrace can-use``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from skiptrace.cli.failures import REFUSED
from skiptrace.cli.output import console, print_json, table
from skiptrace.cli.why_run import choose, find_trace
from skiptrace.compliance import Usability
from skiptrace.contacting import may_use
from skiptrace.errors import BadInput
from skiptrace.model import Channel
from skiptrace.settings import Settings
from skiptrace.wiring import connect


async def answer(
    settings: Settings, name: str, contact: str, channel: str, at: str, *, by_account: bool, as_json: bool
) -> int:
    """Print the answer. Returns the exit code. Raises BadInput when something named is not known."""
    wanted = _channel(channel)
    async with connect(settings) as app:
        moment = _moment(at) if at else app.clock.now()
        trace = await find_trace(app.store, settings.tenant, name, by_account=by_account)
        found = await may_use(trace, choose(trace, contact), wanted, moment, store=app.store, rules=app.rules)
    if as_json:
        print_json(_object(found))
    else:
        _print(found)
    return 0 if found.allowed else REFUSED


def _channel(word: str) -> Channel:
    try:
        return Channel(word.replace("-", "_"))
    except ValueError:
        raise BadInput("channel", f"is one of {', '.join(Channel)}") from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput("--at", "is not a time with its zone; write 2026-11-02T10:30-05:00")
    return moment


def _print(found: Usability) -> None:
    out = console()
    out.print(f"{found.channel} at {found.at:%Y-%m-%d %H:%M} UTC: {'yes' if found.allowed else 'no'}")
    for reason in found.reasons:
        out.print(f"  {reason}", markup=False)
    if found.windows:
        rows = [[f"{w.start:%a %Y-%m-%d %H:%M}", f"{w.end:%H:%M}", w.opened_by, w.closed_by] for w in found.windows]
        out.print(table(["opens (UTC)", "closes", "opened by", "closed by"], rows))
    if found.uses_left is not None:
        out.print(f"The caps on frequency leave {found.uses_left} more today.")
    if found.next_at is not None and not found.allowed:
        out.print(f"Hours and caps allow it from {found.next_at:%Y-%m-%d %H:%M} UTC.")
    out.print(f"Ask again before {found.expires_at:%Y-%m-%d %H:%M} UTC.")
    out.print(f"Rules {found.rules_version}, tzdata {found.tzdata}.")


def _object(found: Usability) -> dict[str, Any]:
    return {
        "allowed": found.allowed,
        "channel": found.channel,
        "at": found.at,
        "reasons": list(found.reasons),
        "windows": [
            {"start": w.start, "end": w.end, "opened_by": w.opened_by, "closed_by": w.closed_by} for w in found.windows
        ],
        "evidence": [{"source": e.source, "zones": list(e.zones)} for e in found.evidence],
        "tzdata": found.tzdata,
        "rules_version": found.rules_version,
        "expires_at": found.expires_at,
        "uses_left": found.uses_left,
        "next_at": found.next_at,
    }
