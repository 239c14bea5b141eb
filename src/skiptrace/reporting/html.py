"""Pieces of a page. Every cell is text; nothing from outside is taken as markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

_STYLE = Path(__file__).with_name("report.css")


def page(title: str, parts: Iterable[str]) -> str:
    """A page that needs nothing from the network."""
    style = _STYLE.read_text("utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>\n<body><main>\n"
        + "\n".join(parts)
        + "\n</main></body></html>\n"
    )


def masthead(title: str, facts: Iterable[str]) -> str:
    line = " &middot; ".join(escape(fact) for fact in facts)
    return f'<header><p class="brand">skiptrace</p><h1>{escape(title)}</h1><p class="facts">{line}</p></header>'


def section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are text; columns of figures stand right."""
    body = list(rows)
    right = [bool(body) and all(row[i][:1] in "0123456789$\N{EN DASH}" for row in body) for i in range(len(head))]
    marks = [' class="n"' if flag else "" for flag in right]
    top = "".join(f"<th{mark}>{escape(cell)}</th>" for mark, cell in zip(marks, head, strict=True))
    lines = ("".join(f"<td{m}>{escape(cell)}</td>" for m, cell in zip(marks, row, strict=True)) for row in body)
    return (
        f"<table><thead><tr>{top}</tr></thead><tbody>"
        + "".join(f"<tr>{line}</tr>" for line in lines)
        + "</tbody></table>"
    )
