"""Reads a waterfall strategy from its TOML file and checks it whole before anything is asked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skiptrace.errors import ConfigError
from skiptrace.model import ContactKind, Manifest
from skiptrace.waterfall import Strategy, StrategyStep, When

Share = Annotated[float, Field(ge=0, le=1)]


class _Worth(BaseModel):
    model_config = ConfigDict(extra="forbid")

    recovery: Share
    worth_at_most: Annotated[Decimal, Field(gt=0)]


class _Step(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ask: Annotated[str, Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")]
    when: Annotated[list[When], Field(min_length=1)] = [When.ALWAYS]
    at_most: Annotated[int, Field(ge=1, le=20)] = 1
    finds: Share = 0.5
    min_balance: Annotated[Decimal, Field(ge=0)] = Decimal(0)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    wanted: Annotated[dict[ContactKind, Share], Field(min_length=1)]
    worth: _Worth
    step: Annotated[list[_Step], Field(min_length=1)]


def load(path: Path | None = None) -> Strategy:
    """The strategy of a file, or the shipped one. Raises ConfigError that names the file and the field."""
    source = path or resources.files(__name__).joinpath("default.toml")
    try:
        data = _File.model_validate(tomllib.loads(source.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ConfigError(f"the strategy file {path} does not exist") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"the strategy file {path} cannot be read: {error}") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False))
        raise ConfigError(f"strategy file {path}: {wrong}") from None
    steps = tuple(_step(row) for row in data.step)
    return Strategy(data.name, data.wanted, data.worth.recovery, data.worth.worth_at_most, steps)


def check(strategy: Strategy, known: Mapping[str, Manifest]) -> None:
    """Raises ConfigError when a step names a provider or product that is not installed."""
    for step in strategy.steps:
        offered = {product.id for product in known[step.provider].products} if step.provider in known else set()
        if step.product not in offered:
            choice = sorted(f"{name}.{product.id}" for name, m in known.items() for product in m.products)
            raise ConfigError(
                f"strategy {strategy.name!r} asks {step.provider}.{step.product}, which is not installed; "
                f"installed are {', '.join(choice)}"
            )


def _step(row: _Step) -> StrategyStep:
    provider, product = row.ask.split(".")
    return StrategyStep(provider, product, tuple(row.when), row.at_most, row.finds, row.min_balance)
