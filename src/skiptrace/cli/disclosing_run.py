"""Behind ``skiptrace privacy disclose`` and ``skiptrace privacy affected``."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from skiptrace.cli.output import console, print_json
from skiptrace.compliance import load_rules
from skiptrace.errors import BadInput
from skiptrace.intake import free_text
from skiptrace.privacy import AuditEvent
from skiptrace.privacy.bundles import write_bundle
from skiptrace.providers import catalog
from skiptrace.reporting.disclosing import Disclosures
from skiptrace.reporting.incidents import Incidents, Reach
from skiptrace.settings import Settings
from skiptrace.stores.consumers import Incident
from skiptrace.wiring import SystemClock, open_store


async def disclose_to_consumer(
    settings: Settings, account_id: str, reason: str, out: Path, by: str, *, as_json: bool
) -> None:
    """The disclosure is audited before anything is read. Raises BadInput when nothing is held."""
    now, rules = SystemClock().now(), load_rules(settings.rules)
    async with open_store(settings, SystemClock()) as store:
        actor, code = by or settings.requester, free_text(reason, "reason")
        await store.audit.note(AuditEvent(now, "consumer.disclosed", account_id, code, actor, settings.tenant))
        found = await Disclosures(store, catalog.data_classes(), rules).of_account(settings.tenant, account_id, now)
        write_bundle(out, {"consumer.json": found.document}, "consumer", store.audit.signer, now)
    if as_json:
        print_json({"out": str(out), "given": found.given, "withheld": found.withheld})
        return
    console().print(
        f"Written to {out}: {found.given} parts are given, {found.withheld} are named and left out as exempt. "
        f"Check it anywhere: skiptrace audit verify {out}",
        markup=False,
        soft_wrap=True,
    )


async def print_affected(settings: Settings, incident: Incident, out: Path | None, *, as_json: bool) -> None:
    """Counts; with ``out`` a list for counsel as well, which must be a new file."""
    now, about = SystemClock().now(), f"{incident.provider} {incident.source}".strip()
    async with open_store(settings, SystemClock()) as store:
        what = "incident.listed" if out else "incident.counted"
        await store.audit.note(AuditEvent(now, what, "incident", about, settings.requester, settings.tenant))
        incidents = Incidents(store, load_rules(settings.rules))
        with _new(out) if out else nullcontext() as listing:
            reach = await incidents.reach(settings.tenant, incident, listing)
    if as_json:
        print_json(asdict(reach))
    else:
        console().print(_said(reach), markup=False, soft_wrap=True)


def _new(out: Path) -> BinaryIO:
    try:
        out.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise BadInput("out", "is there already; name a new file") from None
    return out.open("wb")


def _said(reach: Reach) -> str:
    states = ", ".join(f"{state} {count}" for state, count in reach.states.items())
    notice = (
        f"The FTC is notified within {reach.notify_within_days} days of discovery (16 CFR 314.4(j))."
        if reach.notify_within_days
        else "Fewer consumers than a notice to the FTC takes; state laws have their own numbers."
    )
    counted = f"{reach.consumers:,} consumers, {reach.accounts:,} accounts, {reach.cases:,} cases"
    return f"{counted} ({reach.erased:,} erased since). By state: {states or 'none'}. {notice}"
