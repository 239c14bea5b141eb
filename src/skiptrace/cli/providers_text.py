"""Behind ``skiptrace providers``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from skiptrace.cli.failures import BAD_USAGE
from skiptrace.cli.output import console, print_json, table
from skiptrace.errors import BadInput
from skiptrace.model import Manifest
from skiptrace.providers import catalog
from skiptrace.reporting.text import money
from skiptrace.settings import ProviderSettings, Settings


def print_list(settings: Settings, *, as_json: bool) -> None:
    manifests = _priced(settings)
    if as_json:
        print_json([_object(manifest) for manifest in manifests.values()])
        return
    rows = [
        [
            manifest.id,
            product.id,
            product.title,
            money(product.price),
            product.charged_on.value,
            manifest.data_class.value,
        ]
        for manifest in manifests.values()
        for product in manifest.products
    ]
    out = console()
    out.print(table(["provider", "product", "what it does", "price", "charged on", "data"], rows, right=["price"]))
    out.print("Prices are list prices unless your settings state your contract's.")


def print_one(settings: Settings, name: str, *, as_json: bool) -> None:
    manifests = _priced(settings)
    if name not in manifests:
        raise BadInput("provider", f"is not installed; installed are {', '.join(manifests)}")
    manifest = manifests[name]
    if as_json:
        print_json(_object(manifest))
        return
    facts = {
        "id": manifest.id,
        "title": manifest.title,
        "how": manifest.method,
        "address": manifest.base_url or "-",
        "data class": manifest.data_class.value,
        "purposes": ", ".join(manifest.purposes) or "-",
        "credentials": ", ".join(manifest.credentials) or "none",
        "at once": str(manifest.limits.concurrent),
        "terms read": manifest.terms_read.isoformat(),
        "tested": "; ".join(f"{what}: {how}" for what, how in manifest.checks.items()),
    }
    out = console()
    out.print(table(["", ""], [[key, value] for key, value in facts.items()]))
    rows = [
        [p.id, money(p.price), p.charged_on.value, " or ".join("+".join(n) for n in p.needs), ", ".join(p.gives)]
        for p in manifest.products
    ]
    out.print(table(["product", "price", "charged on", "needs", "gives"], rows, right=["price"]))


def print_check(settings: Settings, *, as_json: bool) -> int:
    """Returns the exit code: bad usage when a provider that the settings name is incomplete."""
    states = {name: _state(settings, manifest) for name, manifest in _priced(settings).items()}
    if as_json:
        print_json([{"provider": name, "ready": not missing, "missing": missing} for name, missing in states.items()])
    else:
        rows = [[name, "ready" if not missing else f"not asked: {missing}"] for name, missing in states.items()]
        console().print(table(["provider", "state"], rows))
    broken = [name for name, missing in states.items() if missing and name in settings.providers]
    return BAD_USAGE if broken else 0


def _state(settings: Settings, manifest: Manifest) -> str:
    """What is missing; empty when nothing is."""
    mine = settings.providers.get(manifest.id, ProviderSettings())
    if not mine.enabled:
        return "switched off in the settings"
    if manifest.method == "batch_file":
        missing_file = manifest.id == "reference_file" and settings.reference_file is None
        return "set reference_file to a CSV or Parquet file" if missing_file else ""
    if settings.sandbox_url:
        return ""
    missing = [name for name in manifest.credentials if not mine.credentials.get(name)]
    variables = [f"SKIPTRACE_PROVIDERS__{manifest.id}__CREDENTIALS__{name}".upper() for name in missing]
    if manifest.purposes and not mine.purpose_map:
        variables.append(f"SKIPTRACE_PROVIDERS__{manifest.id}__PURPOSE_MAP__{manifest.purposes[0]}".upper())
    return f"set {', '.join(variables)}" if variables else ""


def _priced(settings: Settings) -> Mapping[str, Manifest]:
    """The manifests with the contract's prices where the settings state them."""
    return {
        name: catalog.priced(manifest, settings.providers.get(name, ProviderSettings()).price)
        for name, manifest in catalog.discover().items()
    }


def _object(manifest: Manifest) -> dict[str, Any]:
    return {**asdict(manifest), "checks": dict(manifest.checks)}
