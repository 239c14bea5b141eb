"""The plots of the report, each one an SVG element that needs no network and no font file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from skiptrace.model import ContactKind, ContactStatus
from skiptrace.reporting.summary import BINS, Residence, Summary

INK, MUTED = "#1c2430", "#6b7686"
_STATUS_COLOUR = {
    ContactStatus.VERIFIED: "#0f766e",
    ContactStatus.LIKELY: "#5eaaa3",
    ContactStatus.CANDIDATE: "#c9d3de",
    ContactStatus.SUPPRESSED: "#d9a08b",
}
_KIND_COLOUR = {ContactKind.ADDRESS: "#1d4e89", ContactKind.PHONE: "#0f766e", ContactKind.EMAIL: "#b45309"}
_STYLE = Path(__file__).with_name("report.mplstyle")


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Contacts with about the same probability: the mean that was claimed, the share that was right, how many."""

    claimed: float
    right: float
    count: int


def contacts_plot(summary: Summary) -> str:
    """Stacked bars: contacts by kind and status."""
    kinds = [kind for kind in ContactKind if any(k is kind for k, _ in summary.contacts)]
    with mpl.rc_context(fname=_STYLE):
        figure = Figure(figsize=(6.2, 0.9 + 0.5 * max(len(kinds), 1)))
        axes = figure.add_subplot()
        left = np.zeros(len(kinds))
        for status, colour in _STATUS_COLOUR.items():
            counts = np.array([summary.contacts[kind, status] for kind in kinds], dtype=float)
            if counts.any():
                axes.barh([kind.value for kind in kinds], counts, 0.62, left, color=colour, label=status.value)
                left += counts
        axes.invert_yaxis()
        axes.xaxis.grid()
        axes.spines["left"].set_visible(False)
        _legend_above(axes)
        return _svg(figure, "Contacts by kind and status")


def probabilities_plot(summary: Summary) -> str:
    """How sure the best contact of each account is, by kind."""
    with mpl.rc_context(fname=_STYLE):
        figure = Figure(figsize=(6.2, 2.6))
        axes = figure.add_subplot()
        edges = np.linspace(0, 1, BINS + 1)
        for kind, colour in _KIND_COLOUR.items():
            counts = [summary.probabilities[kind, place] for place in range(BINS)]
            if any(counts):
                axes.stairs(counts, edges, color=colour, lw=1.8, label=f"best {kind.value}")
                axes.stairs(counts, edges, color=colour, alpha=0.12, fill=True)
        axes.set(xlim=(0, 1), xlabel="probability of reaching the subject now", ylabel="accounts")
        axes.yaxis.grid()
        _legend_above(axes)
        return _svg(figure, "Probability of the best contact of each account")


def overlap_plot(summary: Summary) -> str:
    """How much of what one source has (row) another one has too (column)."""
    names = summary.sources
    own = [max(summary.overlap[name, name], 1) for name in names]
    share = np.array([[summary.overlap[a, b] / n for b in names] for a, n in zip(names, own, strict=True)])
    side = 0.62 * len(names) + 1.6
    with mpl.rc_context(fname=_STYLE):
        figure = Figure(figsize=(side + 1.2, side))
        axes = figure.add_subplot()
        axes.imshow(share, cmap="BuGn", vmin=0, vmax=1.15)
        for (row, column), value in np.ndenumerate(share):
            axes.text(column, row, f"{value:.0%}", ha="center", va="center", color="white" if value > 0.7 else INK)
        axes.set_xticks(range(len(names)), names, rotation=35, ha="right")
        axes.set_yticks(range(len(names)), names)
        axes.spines[:].set_visible(False)
        return _svg(figure, "Share of each source's usable contacts that the other sources have too")


def timeline_plot(sample: Sequence[Residence]) -> str:
    """Where the subject of one case was seen, and when."""
    ordered = sorted(sample, key=lambda r: (r.first_year, r.last_year))
    with mpl.rc_context(fname=_STYLE):
        figure = Figure(figsize=(7.6, 0.8 + 0.42 * len(ordered)))
        axes = figure.add_subplot()
        for row, seen in enumerate(ordered):
            width = seen.last_year - seen.first_year + 1
            axes.barh(row, width, 0.55, seen.first_year, color=_STATUS_COLOUR[seen.status])
            label = f"{seen.place} · {seen.probability:.2f}"
            axes.text(seen.first_year + width + 0.15, row, label, va="center", color=INK)
        first, last = min(r.first_year for r in ordered), max(r.last_year for r in ordered)
        axes.set_xlim(first - 0.5, last + 1 + 0.55 * (last - first + 4))
        axes.set_xticks(range(first, last + 2, max(1, (last - first) // 8)))
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.invert_yaxis()
        axes.xaxis.grid()
        return _svg(figure, "Residence timeline of one case")


def reliability_plot(bins_of: dict[str, Sequence[ReliabilityBin]]) -> str:
    """Claimed probability against the share that was right, with 95 % Wilson intervals."""
    with mpl.rc_context(fname=_STYLE):
        figure = Figure(figsize=(4.6, 4.2))
        axes = figure.add_subplot()
        axes.plot([0, 1], [0, 1], color=MUTED, lw=1, ls=(0, (4, 3)))
        for (label, bins), colour in zip(bins_of.items(), _KIND_COLOUR.values(), strict=False):
            claimed, right = [b.claimed for b in bins], [b.right for b in bins]
            low, high = zip(*(wilson(b.right, b.count) for b in bins), strict=True)
            axes.vlines(claimed, low, high, color=colour, alpha=0.35, lw=2)
            axes.plot(claimed, right, "o-", color=colour, ms=4, lw=1.4, label=label)
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="probability claimed", ylabel="share that was right")
        axes.grid()
        _legend_above(axes)
        return _svg(figure, "Reliability diagram")


def wilson(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """Score interval of a proportion (Wilson 1927)."""
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, centre - float(half)), min(1.0, centre + float(half))


def _legend_above(axes: Axes) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, frameon=False, borderaxespad=0.2, handlelength=1)


def _svg(figure: Figure, title: str) -> str:
    """The figure as an ``<svg>`` element with a title for screen readers."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Title": title})
    text = buffer.getvalue()
    svg = text[text.index("<svg") :]
    return svg.replace("<svg ", '<svg role="img" ', 1)
