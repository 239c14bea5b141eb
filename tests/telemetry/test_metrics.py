"""What Prometheus gets to see, over a real socket, and what the dashboard asks for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from skiptrace.errors import InDoubt, ProviderError, StoreError, TryLater, Withheld
from skiptrace.model import Lane, Step, StepResult, StopReason, Trace
from skiptrace.model.figures import Figures, LaneFigures, ProviderFigures, Standing, WorkerFigures
from skiptrace.ports import Evidenced
from skiptrace.telemetry import meters
from skiptrace.telemetry.serving import metrics_served
from skiptrace.telemetry.watching import WatchedProvider
from tests.builders import NOW

DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana" / "skiptrace.json"

FIGURES = Figures(
    at=NOW,
    lanes=(LaneFigures(Lane.INTERACTIVE, 3, 1, 2, 12.5),),
    workers=(WorkerFigures("w-1", NOW, 1.0, alive=True), WorkerFigures("w-2", NOW, 99.0, alive=False)),
    providers=(ProviderFigures("acme", day=40, month=900),),
    spent_today={"default": Decimal("1.25"), "other": Decimal("0.50")},
    doubts=2,
    exposure=Decimal("0.54"),
    quarantined=1,
    undelivered=5,
    given_up=0,
)


async def nothing() -> None:
    """The gauges stay as they are."""


async def scraped(refresh: Any = nothing) -> tuple[int, str]:
    async with (
        metrics_served("127.0.0.1", 0, refresh) as port,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as response,
    ):
        return response.status, await response.text()


def samples(text: str) -> Mapping[tuple[str, ...], float]:
    """Values by metric and the values of its labels in alphabetical order."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_the_gauges_show_how_the_system_stands() -> None:
    standings = [Standing("acme", "open", 12.0, 3, 7), Standing("bond")]

    async def refresh() -> None:
        meters.show(FIGURES, standings, {"bond": "invoice in dispute"})

    _, text = await scraped(refresh)
    seen = samples(text)

    assert seen["skiptrace_queue_jobs", "interactive", "queued"] == 3
    assert seen["skiptrace_queue_oldest_seconds", "interactive"] == 12.5
    assert seen["skiptrace_workers",] == 1
    assert seen["skiptrace_in_doubt_usd",] == 0.54
    assert seen["skiptrace_spent_today_usd",] == 1.75
    assert seen["skiptrace_provider_sent", "acme", "month"] == 900
    assert (seen["skiptrace_breaker_open", "acme"], seen["skiptrace_breaker_open", "bond"]) == (1, 0)
    assert (seen["skiptrace_provider_paused", "acme"], seen["skiptrace_provider_paused", "bond"]) == (0, 1)
    assert seen["skiptrace_provider_quota_left", "acme"] == 7
    assert "invoice in dispute" not in text


async def test_what_is_gone_is_not_shown_any_more() -> None:
    meters.show(FIGURES, [Standing("gone")], {})
    meters.show(FIGURES, [], {})
    _, text = await scraped()

    assert "gone" not in text


async def test_a_kept_trace_counts_its_cost_and_its_finds() -> None:
    before = samples((await scraped())[1])
    step = Step("acme", "search", StepResult.FOUND, "2 records", cost=Decimal("0.27"))
    trace = Trace(
        trace_id="t-1",
        case_id="c-1",
        account_id="A-1",
        tenant="default",
        started_at=NOW,
        finished_at=NOW + timedelta(seconds=2),
        stop=StopReason.ENOUGH,
        stop_detail="",
        cost=step.cost,
        steps=(step,),
    )
    meters.Kept().kept([Evidenced(trace, ())])
    text = (await scraped())[1]
    after = samples(text)

    def grew(*name: str) -> float:
        return after[name] - before.get(name, 0.0)

    assert grew("skiptrace_cases_total", "enough") == 1
    assert grew("skiptrace_spend_usd_total", "acme") == pytest.approx(0.27)
    assert grew("skiptrace_steps_total", "acme", "found") == 1
    assert grew("skiptrace_trace_seconds_sum") == pytest.approx(2)
    assert not {"t-1", "c-1", "A-1"} & set(re.findall(r'"([^"]*)"', text))


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Withheld("acme", "paused"), "withheld"),
        (TryLater("acme", "busy"), "try_later"),
        (InDoubt("acme", "the connection broke"), "in_doubt"),
    ],
)
async def test_trouble_with_a_provider_is_counted_by_what_it_means(error: ProviderError, outcome: str) -> None:
    class Troubled:
        class manifest:  # noqa: N801
            id = "troubled"

        async def send(self, *_: object) -> None:
            raise error

    name = ("skiptrace_provider_requests_total", *sorted(["troubled", outcome]))
    before = samples((await scraped())[1]).get(name, 0.0)
    with pytest.raises(type(error)):
        await WatchedProvider(Troubled()).send("search", None, nothing)  # type: ignore[arg-type]

    assert samples((await scraped())[1])[name] == before + 1


async def test_without_the_database_it_says_so_instead_of_old_figures() -> None:
    async def refresh() -> None:
        raise StoreError("gone")

    assert (await scraped(refresh))[0] == 503


def test_every_metric_of_the_dashboard_exists() -> None:
    known = {sample.name for family in meters.REGISTRY.collect() for sample in family.samples}
    known |= {f"{family.name}{suffix}" for family in meters.REGISTRY.collect() for suffix in ("", "_total", "_bucket")}
    queries = [target["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel["targets"]]
    asked = {name for query in queries for name in re.findall(r"\bskiptrace_\w+", query)}

    assert len(queries) >= 10
    assert asked <= known
    assert {f.name for f in meters.REGISTRY.collect()} <= {re.sub(r"_(total|bucket)$", "", name) for name in asked}


def test_every_metric_is_documented() -> None:
    page = (DASHBOARD.parents[2] / "docs" / "monitoring.md").read_text()
    documented = {re.sub(r"_total$", "", name) for name in re.findall(r"`(skiptrace_\w+)`", page)}

    assert {family.name for family in meters.REGISTRY.collect()} == documented
