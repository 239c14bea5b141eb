"""A scorecard for people: a table for the terminal, a page with plots that needs no network."""

from __future__ import annotations

import io
from html import escape

from matplotlib.figure import Figure
from rich.console import Group
from rich.table import Table

from skiptrace.evaluation.curves import ReliabilityBin
from skiptrace.evaluation.scorecard import Part, Scorecard, TopContact

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Scorecard</title>
<style>body{{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430}}
table{{border-collapse:collapse;margin:1rem 0}}td,th{{padding:.25rem .9rem .25rem 0;text-align:left;
border-bottom:1px solid #dde3ea;font-variant-numeric:tabular-nums}}figure{{display:inline-block;margin:0 1rem 1rem 0}}
</style></head><body><h1>Scorecard</h1>{body}</body></html>
"""
_HEADINGS = ("part", "pairs", "true", "missed", "wrong", "calibration error")


def rows(card: Scorecard) -> list[tuple[str, str]]:
    """Every figure with its name, in the order of importance."""
    m = card.matching
    recall = m.recall_at_99
    found = [
        ("pairs, true pairs", f"{m.pairs:,}, {m.same:,}"),
        ("recall at 99 % precision", f"{recall.value:.3f}  ({recall.low:.3f} to {recall.high:.3f})"),
        ("recall at 99.5 % precision", f"{m.recall_at_995:.3f}"),
        (
            "claimed at 0.99 and more: right, of all true pairs",
            f"{m.precision_of_claimed:.4f}, {m.recall_of_claimed:.3f}",
        ),
        ("calibration error of the match", f"{m.calibration_error:.4f}"),
        ("Brier score", f"{m.brier:.4f}"),
        ("distinct scores", f"{m.distinct:.1%}"),
    ]
    for name, top in (("address", card.address), ("phone", card.phone)):
        if top:
            found += [
                (f"best {name} is current (present at all)", f"{top.right:.3f} ({top.present:.3f})"),
                (f"{name}: answered at 95 % precision", f"{top.answered:.3f}"),
                (f"{name}: calibration error of the best", f"{top.calibration_error:.4f}"),
            ]
    return found


def as_text(card: Scorecard) -> Group:
    """For a rich console."""
    table = Table("figure", "value", title="Scorecard")
    for name, value in rows(card):
        table.add_row(name, value)
    return Group(
        table, _parts_text("By source", card.by_source), _parts_text("By bearers of the surname", card.by_surname)
    )


def _parts_text(title: str, parts: tuple[Part, ...]) -> Table:
    table = Table(*_HEADINGS, title=title)
    for part in parts:
        table.add_row(*_cells(part))
    return table


def _cells(part: Part) -> tuple[str, ...]:
    shares = (f"{part.missed:.2%}", f"{part.wrong:.2%}", f"{part.calibration_error:.4f}")
    return (part.name, f"{part.pairs:,}", f"{part.same:,}", *shares)


def as_page(card: Scorecard) -> str:
    """One HTML page with the figures, the plots and the error rates by part."""
    figures = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in rows(card))
    plots = [precision_recall_plot(card), reliability_plot("match", card.matching.reliability)]
    tops: tuple[tuple[str, TopContact | None], ...] = (("best address", card.address), ("best phone", card.phone))
    plots += [reliability_plot(name, top.reliability) for name, top in tops if top]
    body = f"<table>{figures}</table>" + "".join(f"<figure>{plot}</figure>" for plot in plots)
    body += _parts_page("By source", card.by_source) + _parts_page("By bearers of the surname", card.by_surname)
    return _PAGE.format(body=body)


def _parts_page(title: str, parts: tuple[Part, ...]) -> str:
    head = "".join(f"<th>{heading}</th>" for heading in _HEADINGS)
    lines = ("".join(f"<td>{escape(cell)}</td>" for cell in _cells(part)) for part in parts)
    return f"<h2>{title}</h2><table><tr>{head}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def precision_recall_plot(card: Scorecard) -> str:
    """Precision against recall, as SVG."""
    figure = Figure(figsize=(4.2, 3.4), layout="constrained")
    axes = figure.add_subplot()
    recall, precision = zip(*card.matching.curve, strict=True)
    axes.plot(recall, precision, color="#1d4e89")
    axes.axhline(0.99, color="#c9d3de", linewidth=1)
    axes.set(xlabel="recall", ylabel="precision", title="Precision and recall of the match", ylim=(0.5, 1.005))
    return _svg(figure)


def reliability_plot(name: str, bins: tuple[ReliabilityBin, ...]) -> str:
    """What was claimed against what came true, as SVG."""
    figure = Figure(figsize=(4.2, 3.4), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="#c9d3de", linewidth=1)
    axes.plot([b.claimed for b in bins], [b.right for b in bins], "o-", color="#0f766e", markersize=4)
    axes.set(xlabel="probability claimed", ylabel="share that is right", title=f"Reliability: {name}")
    return _svg(figure)


def _svg(figure: Figure) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]
