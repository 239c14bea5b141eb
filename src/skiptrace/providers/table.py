"""``docs/providers.md``, made from the manifests: ``python -m skiptrace.providers.table > docs/providers.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

from skiptrace.model import ChargedOn, Manifest, Product
from skiptrace.providers import catalog

_INTRODUCTION = """\
# Providers

Made from the manifests by `python -m skiptrace.providers.table > docs/providers.md`; a test keeps it current.

Prices are placeholders, not quotes: set `providers.<id>.price.<product>` from your contract. *Needs* lists
alternatives, *sends* the most that ever leaves the machine. *Days kept* is how long an answer, or the news that nothing
was found, is used again before the question is bought again: compare it with your contract's terms. A status under
*never charged* costs nothing in the ledger; a call that broke off after its first byte is listed as in doubt and not
repeated.
"""


def page(manifests: Mapping[str, Manifest]) -> str:
    """The whole page in Markdown."""
    return "\n".join([_INTRODUCTION, overview(manifests.values()), *map(_section, manifests.values())])


def overview(manifests: Iterable[Manifest]) -> str:
    """One row per product: who, what, from what, at what price."""
    rows = [
        (f"{m.title}: {p.title}", p.asks, ", ".join(p.gives), _price(p), m.data_class.upper())
        for m in manifests
        for p in m.products
    ]
    return _table(("product", "asks about", "gives", "price", "data class"), rows)


def _section(manifest: Manifest) -> str:
    facts = {
        "reached at": f"`{manifest.base_url}`" if manifest.base_url else "a file of your own",
        "credentials": ", ".join(f"`{name}`" for name in manifest.credentials) or "none",
        "purposes": ", ".join(manifest.purposes) or "none needed",
        "at once": str(manifest.limits.concurrent),
        "never charged": ", ".join(map(str, manifest.never_charged)) or "not stated",
        "terms read": manifest.terms_read.isoformat(),
        **{f"{check} tests": state for check, state in manifest.checks.items()},
    }
    lines = [f"## {manifest.title} (`{manifest.id}`)", "", *(f"- {name}: {fact}" for name, fact in facts.items()), ""]
    return "\n".join(lines) + "\n" + _products(manifest)


def _products(manifest: Manifest) -> str:
    rows = [
        (f"`{p.id}`", "; ".join(" + ".join(n) for n in p.needs), ", ".join(p.sends) or "nothing", _days(p))
        for p in manifest.products
    ]
    return _table(("product", "needs", "sends", "days kept (hit, miss)"), rows)


def _price(product: Product) -> str:
    if product.charged_on is ChargedOn.NEVER:
        return "free"
    return f"${product.price} per {product.charged_on}"


def _days(product: Product) -> str:
    return f"{product.cache_days}, {product.miss_days}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    sys.stdout.write(page(catalog.discover()))
