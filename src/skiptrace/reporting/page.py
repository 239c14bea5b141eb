"""The report of one run as a single HTML page: works offline, prints well, shows no name and no street."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape

from skiptrace.model import Purpose, StepResult, StopReason
from skiptrace.reporting import plots
from skiptrace.reporting.html import masthead, page, section, table
from skiptrace.reporting.summary import Summary
from skiptrace.reporting.text import duration, money, share

_STOP_TEXT = {
    StopReason.ENOUGH: "enough: the wanted probability was reached",
    StopReason.EXHAUSTED: "exhausted: every step of the strategy was considered",
    StopReason.BUDGET: "budget: the money does not reach for what is left",
    StopReason.NOT_WORTH_IT: "not worth it: what is left costs more than it is expected to bring",
    StopReason.REFUSED: "refused by a rule before anything was asked",
    StopReason.HELD: "held: a fact that a rule turns on is not known",
    StopReason.STOPPED: "stopped: something learned on the way forbids to go on",
    StopReason.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the page says of the run itself. ``problems`` counts (action, field, reason) of the intake."""

    title: str
    batch_id: str
    finished_at: datetime
    seconds: float
    purpose: Purpose
    strategy: str
    rejected: int = 0
    problems: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    reliability: Mapping[str, Sequence[plots.ReliabilityBin]] = field(default_factory=dict)
    scorecard: Sequence[tuple[str, str]] = ()
    """Figures against known truth, as label and text."""


def report_page(summary: Summary, run: RunFacts) -> str:
    """The whole page."""
    parts = [
        _masthead(summary, run),
        _tiles(summary, run),
        section("What was found", _found(summary)),
        section("Providers", _providers(summary)),
        section("Who has what", _overlap(summary)),
        section("One case over time", _timeline(summary)),
        section("Is the probability right?", _truth(run)),
        section("Why the searches ended", _endings(summary)),
        section("The file", _intake(run)),
    ]
    return page(run.title, parts)


def _masthead(summary: Summary, run: RunFacts) -> str:
    purpose = ", ".join(sorted(run.purpose.codes)) or "none"
    facts = (
        f"{run.finished_at:%-d %B %Y, %H:%M} UTC",
        f"purpose {purpose}, certified by {run.purpose.certified_by or 'nobody'}",
        f"strategy {run.strategy}",
        f"batch {run.batch_id}",
    )
    return masthead(run.title, facts)


def _tiles(summary: Summary, run: RunFacts) -> str:
    per_locate = money(summary.cost_per_locate) if summary.cost_per_locate is not None else "&ndash;"
    tiles = (
        ("accounts traced", f"{summary.accounts:,}", f"{run.rejected:,} rows rejected"),
        ("hits", share(summary.hits, summary.accounts), f"{summary.hits:,} where a provider returned something"),
        ("locates", share(summary.locates, summary.accounts), f"{summary.locates:,} with a new usable contact"),
        ("verified", share(summary.verified, summary.accounts), f"{summary.verified:,} with a verified contact"),
        ("spent", money(summary.cost), "charged by providers"),
        ("spend per locate", per_locate, f"{summary.accounts / run.seconds:,.0f} accounts/s, {duration(run.seconds)}"),
    )
    return (
        '<div class="tiles">'
        + "".join(f"<div><b>{v}</b><span>{k}</span><i>{n}</i></div>" for k, v, n in tiles)
        + "</div>"
    )


def _found(summary: Summary) -> str:
    if not summary.contacts:
        return "<p>No contact was found.</p>"
    return (
        '<div class="pair">'
        + _figure(
            plots.contacts_plot(summary),
            "All contacts by kind. Verified: above the threshold with two independent grounds.",
        )
        + _figure(plots.probabilities_plot(summary), "How sure the best contact of each account is.")
        + "</div>"
    )


def _providers(summary: Summary) -> str:
    results = [r for r in StepResult if any(result is r for _, _, result in summary.steps)]
    products = sorted({(provider, product) for provider, product, _ in summary.steps})
    rows = [
        [
            provider,
            product,
            *(f"{summary.steps[provider, product, r]:,}" for r in results),
            money(summary.spend[provider, product]),
        ]
        for provider, product in products
    ]
    head = ["provider", "product", *(r.value.replace("_", " ") for r in results), "spend"]
    note = "<p>Nothing found, not asked, failed and refused are four different things.</p>"
    return note + table(head, rows) if rows else "<p>No provider was asked.</p>"


def _overlap(summary: Summary) -> str:
    if len(summary.sources) < 2:
        return "<p>Fewer than two sources had a usable contact, so there is no overlap to show.</p>"
    caption = "Of the usable contacts that the source on the left has, the share that the source below has too."
    return _figure(plots.overlap_plot(summary), caption)


def _timeline(summary: Summary) -> str:
    if not summary.sample:
        return "<p>No located case has two dated addresses.</p>"
    caption = (
        f"Account {summary.sample_account}: where its subject was seen, with the probability that mail reaches them "
        "there now. City and state only."
    )
    return _figure(plots.timeline_plot(summary.sample), caption)


def _truth(run: RunFacts) -> str:
    if not run.reliability:
        return (
            "<p>The truth about these accounts is not known, so this page claims nothing. Record what happens when a "
            "contact is used (<code>skiptrace outcome</code>), or run <code>skiptrace demo</code>, which knows it.</p>"
        )
    caption = "On the dashed line, a claimed probability is the share that was right. Bars: 95 % intervals."
    cards = table(["against the known truth", ""], [list(row) for row in run.scorecard]) if run.scorecard else ""
    return (
        f'<div class="pair">{_figure(plots.reliability_plot(dict(run.reliability)), caption)}<div>{cards}</div></div>'
    )


def _endings(summary: Summary) -> str:
    rows = [
        [_STOP_TEXT[stop], f"{count:,}", share(count, summary.accounts)] for stop, count in summary.stops.most_common()
    ]
    endings = table(["ending", "accounts", "share"], rows)
    if not summary.rules:
        return endings
    rules = [[rule, reason, citation, f"{count:,}"] for (rule, reason, citation), count in summary.rules.most_common()]
    return endings + table(["rule", "what it says", "citation", "accounts"], rules)


def _intake(run: RunFacts) -> str:
    if not run.problems:
        return "<p>Every row was read without a remark.</p>"
    ordered = sorted(run.problems.items(), key=lambda item: (-item[1], item[0]))
    rows = [[action, name, reason, f"{count:,}"] for (action, name, reason), count in ordered]
    return table(["row", "field", "what is wrong", "rows"], rows)


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"
