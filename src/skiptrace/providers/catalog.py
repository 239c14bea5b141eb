"""Which providers there are: manifests read strictly, modules found through the entry-point group.

The built-in providers come through the same door as anybody else's. Manifests are read without importing the modules,
so that listing providers stays quick.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from skiptrace.errors import ConfigError
from skiptrace.model import Asks, ChargedOn, DataClass, Manifest
from skiptrace.ports import Provider
from skiptrace.providers.base import Setup
from skiptrace.providers.restricted import Restricted

GROUP = "skiptrace.providers"

Factory = Callable[[Manifest, Setup], Provider]
"""What an entry point of the group names: ``build`` of the provider's module."""

Input = Literal["name", "birth_date", "ssn", "ssn4", "address", "phone", "email"]
Output = (
    Literal["name", "birth_date", "ssn4", "address", "phone", "email", "relative", "deceased", "bankrupt"]
    | Literal["line_type", "connected", "litigator", "deliverable", "vacant"]
)
_Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
_Text = Annotated[str, Field(min_length=1)]
_Count = Annotated[int, Field(ge=0)]


class _File(BaseModel):
    """A part of a manifest file. Unknown keys are errors: a misspelt fact would be a fact not stated."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Limits(_File):
    per_second: _Count = 0
    per_minute: _Count = 0
    per_hour: _Count = 0
    per_day: _Count = 0
    per_month: _Count = 0
    concurrent: Annotated[int, Field(ge=1)] = 8


class _Product(_File):
    id: _Id
    title: _Text
    asks: Asks
    needs: Annotated[tuple[Annotated[tuple[Input, ...], Field(min_length=1)], ...], Field(min_length=1)]
    sends: tuple[Input, ...]
    gives: Annotated[tuple[Output, ...], Field(min_length=1)]
    price: Annotated[Decimal, Field(ge=0, max_digits=10)]
    charged_on: ChargedOn
    cache_days: _Count
    miss_days: _Count
    deadline_seconds: Annotated[float, Field(gt=0, le=300)] = 15.0


class _Manifest(_File):
    id: _Id
    title: _Text
    method: Literal["licensed_api", "public_record_api", "batch_file"]
    data_class: DataClass
    purposes: tuple[Annotated[str, Field(pattern=r"^(FCRA|GLBA|DPPA|DMF)_[A-Z_]+$")], ...]
    terms_read: date
    products: Annotated[tuple[_Product, ...], Field(min_length=1)]
    base_url: Annotated[str, Field(pattern=r"^(https://[^\s]+)?$")] = ""
    credentials: tuple[_Id, ...] = ()
    limits: _Limits = _Limits()
    resends_safely: bool = False
    never_charged: tuple[Annotated[int, Field(ge=100, le=599)], ...] = ()
    drops: tuple[_Text, ...] = ()
    checks: Mapping[Literal["contract", "live"], _Text]


def discover() -> Mapping[str, Manifest]:
    """Every installed provider's manifest by id, in order of id.

    Raises ConfigError for a manifest that is missing or wrong, and for two providers of one id.
    """
    found: dict[str, Manifest] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        if entry.name in found:
            raise ConfigError(f"two installed packages offer a provider named {entry.name}; uninstall one")
        found[entry.name] = read_manifest(_manifest_path(entry), entry.name)
    return found


def data_classes() -> Mapping[str, DataClass]:
    """The class of each provider's data, by the provider's id."""
    return {name: manifest.data_class for name, manifest in discover().items()}


def manifest(provider_id: str) -> Manifest:
    """One installed provider's manifest. Raises ConfigError when there is no such provider or its manifest is wrong."""
    for entry in entry_points(group=GROUP, name=provider_id):
        return read_manifest(_manifest_path(entry), provider_id)
    raise _unknown(provider_id)


def build(manifest: Manifest, setup: Setup) -> Provider:
    """The provider that a manifest describes. Raises ConfigError when it cannot be loaded or lacks a setting."""
    provider = load(manifest.id)(manifest, setup)
    return Restricted(provider) if manifest.drops else provider


def load(provider_id: str) -> Factory:
    """What builds a provider, from its module. Raises ConfigError when it is not installed or does not import."""
    for entry in entry_points(group=GROUP, name=provider_id):
        try:
            factory: Factory = entry.load()
        except (ImportError, AttributeError) as error:
            raise ConfigError(f"provider {provider_id} does not load: {error}") from error
        return factory
    raise _unknown(provider_id)


def read_manifest(path: Path, provider_id: str) -> Manifest:
    """The manifest in a ``.toml`` file. Raises ConfigError that names the file and the key."""
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise ConfigError(f"provider {provider_id}: there is no manifest {path.name} beside its module") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name}: not TOML: {error}") from None
    try:
        manifest = _Manifest.model_validate(stated)
    except ValidationError as error:
        raise ConfigError(f"{path.name}: {_faults(error)}") from None
    if manifest.id != provider_id:
        raise ConfigError(f"{path.name}: id is {manifest.id!r}, but the entry point is named {provider_id!r}")
    _check_sends(path.name, manifest)
    return _FROM_FILE.validate_python(manifest.model_dump())


def priced(manifest: Manifest, prices: Mapping[str, Decimal]) -> Manifest:
    """The manifest with a contract's prices (US dollars, by product id) in place of the stated ones."""
    known = {product.id for product in manifest.products}
    if unknown := sorted(prices.keys() - known):
        raise ConfigError(f"providers.{manifest.id}.price.{unknown[0]}: there is no such product")
    products = tuple(replace(p, price=prices.get(p.id, p.price)) for p in manifest.products)
    return replace(manifest, products=products)


def mapped(manifest: Manifest, purposes: Mapping[str, str]) -> Manifest:
    """The manifest with the contract's words for our purpose codes. Raises ConfigError for a code it does not list."""
    if unknown := sorted(purposes.keys() - set(manifest.purposes)):
        listed = ", ".join(manifest.purposes) or "no purpose"
        raise ConfigError(f"providers.{manifest.id}.purpose_map.{unknown[0]}: its manifest lists {listed}")
    return replace(manifest, purpose_map=dict(purposes))


def limited(manifest: Manifest, limits: Iterable[tuple[str, int]]) -> Manifest:
    """The manifest with a contract's limits, by name, in place of the stated ones."""
    return replace(manifest, limits=replace(manifest.limits, **dict(limits)))


_FROM_FILE = TypeAdapter(Manifest)


def _unknown(provider_id: str) -> ConfigError:
    return ConfigError(f"no installed package offers a provider named {provider_id}")


def _manifest_path(entry: EntryPoint) -> Path:
    """The ``.toml`` of the module's name in the module's directory; the module itself is not imported."""
    try:
        spec = find_spec(entry.module)
    except ImportError:
        spec = None
    if spec is None or spec.origin is None:
        raise ConfigError(f"provider {entry.name}: its module {entry.module} is not installed")
    return Path(spec.origin).with_suffix(".toml")


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_url=False)
    return "; ".join(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in faults)


def _check_sends(name: str, manifest: _Manifest) -> None:
    if manifest.method == "batch_file":
        return  # nothing leaves the machine
    for product in manifest.products:
        needed = {field for alternative in product.needs for field in alternative}
        if unsent := sorted(needed - set(product.sends)):
            raise ConfigError(f"{name}: products.{product.id}: needs {unsent[0]} but does not list it under sends")
