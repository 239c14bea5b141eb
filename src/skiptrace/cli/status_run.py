"""Behind ``skiptrace status`` and the kill switches of ``skiptrace providers``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta

from skiptrace.cli.output import console, print_json, table
from skiptrace.errors import BadInput, SetBack
from skiptrace.intake import free_text
from skiptrace.limits.forecast import Quota, quotas
from skiptrace.model import Limits
from skiptrace.model.figures import Figures, ProviderFigures, Standing
from skiptrace.providers import catalog
from skiptrace.reporting.text import money
from skiptrace.settings import Settings
from skiptrace.stores import SqlStore
from skiptrace.wiring import SystemClock, installed, open_limiter, open_store


async def print_status(settings: Settings, *, as_json: bool) -> None:
    """Read everything once and print it."""
    clock = SystemClock()
    async with open_store(settings, clock) as store, open_limiter(settings, store, clock) as limiter:
        figures, standings = await store.figures.read(), await limiter.standing()
        paused, trouble = await store.switches.paused(), await _set_back(store)
    limits = {name: manifest.limits for name, manifest in installed(settings).items()}
    if as_json:
        print_json(_object(settings, figures, standings, paused, limits) | {"set_back": trouble})
    else:
        _print(settings, figures, standings, paused, limits)
        if trouble:
            console().print(trouble, markup=False)


async def _set_back(store: SqlStore) -> str:
    """What is wrong with a database that was set back; empty for all others."""
    try:
        await store.refuse_set_back()
    except SetBack as error:
        return str(error)
    return ""


async def pause(settings: Settings, provider: str, reason: str) -> None:
    """Take a provider out of use in all workers."""
    if provider not in catalog.discover():
        raise BadInput("provider", f"is not installed; installed are {', '.join(catalog.discover())}")
    async with open_store(settings, SystemClock()) as store:
        await store.switches.pause(provider, free_text(reason, "reason"), settings.requester)
    console().print(f"{provider} is paused; every worker knows within two seconds.")


async def resume(settings: Settings, provider: str) -> None:
    """Bring it back. Raises BadInput when it was not paused."""
    async with open_store(settings, SystemClock()) as store:
        if not await store.switches.resume(provider, settings.requester):
            raise BadInput("provider", f"{provider} is not paused")
    console().print(f"{provider} is asked again.")


def _object(
    settings: Settings,
    figures: Figures,
    standings: Sequence[Standing],
    paused: Mapping[str, str],
    limits: Mapping[str, Limits],
) -> dict[str, object]:
    used = {provider.provider: provider for provider in figures.providers}
    providers = [
        {
            **_lately(used.get(standing.provider, ProviderFigures(standing.provider))),
            **asdict(standing),
            "paused": paused.get(standing.provider, ""),
            "quotas": [asdict(quota) for quota in _quotas(used, standing, limits, figures)],
        }
        for standing in standings
    ]
    caps = {"day_cap": settings.day_cap, "provider_day_cap": settings.provider_day_cap}
    return {**asdict(figures), "providers": providers, "caps": caps, "paused": dict(paused)}


def _lately(figures: ProviderFigures) -> dict[str, object]:
    made = asdict(figures)
    return {**made, "mean_seconds": made.pop("seconds")}


def _print(
    settings: Settings,
    figures: Figures,
    standings: Sequence[Standing],
    paused: Mapping[str, str],
    limits: Mapping[str, Limits],
) -> None:
    out = console()
    lanes = [[f.lane.value, str(f.queued), str(f.waiting), str(f.running), _span(f.oldest)] for f in figures.lanes]
    right = ["queued", "not due", "running", "oldest", "held"]
    out.print(table(["lane", "queued", "not due", "running", "oldest"], lanes, right=right))
    workers = [[w.worker_id, "alive" if w.alive else "gone", _span(w.silent), str(w.jobs)] for w in figures.workers]
    if workers:
        out.print(table(["worker", "state", "last heartbeat", "held"], workers, right=right))
    used = {provider.provider: provider for provider in figures.providers}
    rows = [_provider_row(used, standing, paused, limits, figures) for standing in standings]
    head = ["provider", "state", "under way", "asked, 15 min", "not charged", "mean", "quota", "runs out"]
    out.print(table(head, rows, right=head[2:6]))
    spent = figures.spent_today.get(settings.tenant)
    cap = f" of {money(settings.day_cap)}" if settings.day_cap is not None else ", no day cap"
    out.print(f"Spent and reserved today: {money(spent) if spent is not None else money(figures.exposure * 0)}{cap}")
    see = "; see skiptrace doubts list" if figures.doubts else ""
    out.print(f"In doubt: {figures.doubts} calls, up to {money(figures.exposure)}{see}")
    see = "; see skiptrace quarantine list" if figures.quarantined else ""
    out.print(f"Quarantined jobs: {figures.quarantined}{see}")
    out.print(f"Deliveries: {figures.undelivered} waiting, {figures.given_up} given up")


def _provider_row(
    used: Mapping[str, ProviderFigures],
    standing: Standing,
    paused: Mapping[str, str],
    limits: Mapping[str, Limits],
    figures: Figures,
) -> list[str]:
    lately = used.get(standing.provider, ProviderFigures(standing.provider))
    known = _quotas(used, standing, limits, figures)
    return [
        standing.provider,
        f"paused: {paused[standing.provider]}" if standing.provider in paused else _state(standing),
        str(standing.places),
        str(lately.calls),
        str(lately.failed),
        "-" if lately.seconds is None else f"{lately.seconds:.2f} s",
        ", ".join(f"{quota.left} left of {quota.limit} a {quota.period}" for quota in known) or "-",
        ", ".join(f"{quota.period}: in {_span(quota.runs_out_in)}" for quota in known if quota.runs_out_in is not None)
        or "-",
    ]


def _quotas(
    used: Mapping[str, ProviderFigures], standing: Standing, limits: Mapping[str, Limits], figures: Figures
) -> Sequence[Quota]:
    sent = used.get(standing.provider, ProviderFigures(standing.provider))
    return quotas(limits.get(standing.provider, Limits()), sent.day, sent.month, figures.at)


def _state(standing: Standing) -> str:
    if standing.breaker == "open":
        return f"breaker open, probe in {_span(standing.seconds)}"
    if standing.breaker == "half_open":
        return "breaker open, probe is due"
    return f"left alone for {_span(standing.seconds)}" if standing.seconds else "well"


def _span(seconds: float) -> str:
    """Seconds as people say them."""
    return str(timedelta(seconds=round(seconds)))
