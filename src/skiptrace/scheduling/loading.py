"""Reads a schedule from its TOML file and checks it whole."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skiptrace.errors import ConfigError
from skiptrace.model import AccountFact, Lane, PaymentHistory, Responsiveness
from skiptrace.scheduling.policy import Clock, Happening, Policy, Segment, Trigger

Days = Annotated[int, Field(ge=0, le=3660)]
Dollars = Annotated[Decimal, Field(ge=0)]


class _Segment(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    again_days: dict[Clock, Days]
    budget: Dollars | None = None
    lane: Lane = Lane.BATCH
    age_days_from: Days | None = None
    age_days_below: Days | None = None
    balance_from: Dollars | None = None
    balance_below: Dollars | None = None
    payments: list[PaymentHistory] = []
    responds: list[Responsiveness] = []

    @property
    def has_conditions(self) -> bool:
        return bool(self.model_fields_set - {"name", "again_days", "budget", "lane"})


class _Trigger(BaseModel):
    model_config = ConfigDict(extra="forbid")

    after_hours: Annotated[float, Field(ge=0)] = 0
    lane: Lane = Lane.STANDARD
    even_if_reachable: bool = False


class _Limits(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hours_apart: Annotated[float, Field(gt=0)]
    most_per_year: Annotated[int, Field(ge=1)]


class _Never(BaseModel):
    model_config = ConfigDict(extra="forbid")

    states: list[str]
    facts: list[AccountFact]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    limits: _Limits
    never: _Never
    trigger: dict[Happening, _Trigger] = {}
    segment: Annotated[list[_Segment], Field(min_length=1)]


def load_policy(path: Path | None = None) -> Policy:
    """The schedule of a file, or the shipped one. Raises ConfigError that names the file and the field."""
    source = path or resources.files("skiptrace.scheduling").joinpath("default.toml")
    try:
        data = _File.model_validate(tomllib.loads(source.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ConfigError(f"the schedule file {path} does not exist") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"the schedule file {path} cannot be read: {error}") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False))
        raise ConfigError(f"schedule file {path}: {wrong}") from None
    if data.segment[-1].has_conditions:
        raise ConfigError(f"schedule file {path}: the last segment must fit every account; give it no conditions")
    return Policy(
        name=data.name,
        segments=tuple(_segment(row) for row in data.segment),
        triggers={
            what: Trigger(timedelta(hours=row.after_hours), row.lane, row.even_if_reachable)
            for what, row in data.trigger.items()
        },
        apart=timedelta(hours=data.limits.hours_apart),
        most_per_year=data.limits.most_per_year,
        stop_states=frozenset(state.lower() for state in data.never.states),
        stop_facts=frozenset(data.never.facts),
    )


def _segment(row: _Segment) -> Segment:
    return Segment(
        name=row.name,
        again={clock: timedelta(days=days) for clock, days in row.again_days.items()},
        budget=row.budget,
        lane=row.lane,
        age_from=row.age_days_from,
        age_below=row.age_days_below,
        balance_from=row.balance_from,
        balance_below=row.balance_below,
        payments=frozenset(row.payments),
        responds=frozenset(row.responds),
    )
