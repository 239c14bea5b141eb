"""Which way each comparison and measure may push: the reviewed shape that fitted numbers have to fit into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skiptrace.evaluation.logistic import Matrix, Vector, fit_logistic
from skiptrace.matching.levels import LEVELS
from skiptrace.matching.weights import Curve, Weights

BITS = 1 / np.log(2)


@dataclass(frozen=True, slots=True)
class Table:
    """Levels that speak against (worst first) and for (least first); each never weighs less than the one before it."""

    against: tuple[str, ...]
    towards: tuple[str, ...]

    def columns(self, name: str, levels: np.ndarray) -> Matrix:
        rank = np.zeros(len(LEVELS[name]), int)
        for n, level in enumerate(self.against):
            rank[LEVELS[name].index(level)] = n - len(self.against)
        for n, level in enumerate(self.towards, 1):
            rank[LEVELS[name].index(level)] = n
        ranks = rank[levels]
        worse = [-(ranks <= -n).astype(float) for n in range(len(self.against), 0, -1)]
        better = [(ranks >= n).astype(float) for n in range(1, len(self.towards) + 1)]
        return np.column_stack(worse + better)

    def bound(self) -> list[bool]:
        return [True] * (len(self.against) + len(self.towards))

    def weights(self, name: str, coefficients: Vector) -> Vector:
        bits: Vector = BITS * self.columns(name, np.arange(len(LEVELS[name]))) @ coefficients
        return bits


@dataclass(frozen=True, slots=True)
class Ramp:
    """A piecewise linear curve through ``knots``: never falling (+1), never rising (-1) or free (0).

    It is worth 0 bits at ``zero``, so that what is usual says nothing. ``least`` is a slope (bits per unit) that it
    keeps everywhere, so that no two different values are worth exactly the same.
    """

    knots: tuple[float, ...]
    direction: int
    zero: float
    least: float = 0.0

    def columns(self, measure: Vector) -> Matrix:
        steps = [
            np.clip((measure - low) / (high - low), 0.0, 1.0)
            for low, high in zip(self.knots, self.knots[1:], strict=False)
        ]
        return np.column_stack(steps) * (self.direction or 1)

    def bound(self) -> list[bool]:
        return [self.direction != 0] * (len(self.knots) - 1)

    def curve(self, coefficients: Vector) -> tuple[Curve, float]:
        """The curve, and what was taken from it to make it 0 at ``zero``."""
        knots = np.array(self.knots, float)
        bits = BITS * self.columns(knots) @ coefficients + self.direction * self.least * knots
        level = float(np.interp(self.zero, knots, bits))
        return Curve(knots, bits - level), level


def fit_weights(
    tables: Mapping[str, Table],
    ramps: Mapping[str, Ramp],
    levels: Mapping[str, np.ndarray],
    measures: Mapping[str, Vector],
    labels: Vector | NDArray[np.bool_],
    *,
    ridge: float = 1.0,
) -> Weights:
    """Weights in bits that predict ``labels`` (0 or 1) best within the given shapes."""
    blocks: list[Matrix] = [table.columns(name, levels[name]) for name, table in tables.items()]
    blocks += [ramp.columns(measures[name]) for name, ramp in ramps.items()]
    bound = [flag for table in tables.values() for flag in table.bound()]
    bound += [flag for ramp in ramps.values() for flag in ramp.bound()]
    intercept, coefficients = fit_logistic(np.hstack(blocks), labels.astype(float), np.array(bound), ridge=ridge)
    parts = _split(coefficients, [block.shape[1] for block in blocks])
    prior = BITS * intercept
    fitted = {name: table.weights(name, part) for (name, table), part in zip(tables.items(), parts, strict=False)}
    curves = {}
    for (name, ramp), part in zip(ramps.items(), parts[len(tables) :], strict=True):
        curves[name], level = ramp.curve(part)
        prior += level
    return Weights(float(prior), fitted, curves)


def _split(coefficients: Vector, widths: Sequence[int]) -> list[Vector]:
    return list(np.split(coefficients, np.cumsum(widths)[:-1]))


IDENTITY_TABLES = {
    "given": Table(("different", "same_initial"), ("initial", "alike", "near", "nickname", "same")),
    "surname": Table(("different",), ("part", "alike", "near", "same")),
    "middle": Table(("different",), ("initial", "same")),
    "suffix": Table(("different", "one_sided"), ("same",)),
    "birth_date": Table(
        ("near_year", "different", "generation", "year_only"),
        ("one_part_off", "year_agrees", "swapped", "month_agrees", "same"),
    ),
    "ssn4": Table(("different",), ("typing_error", "same")),
    "address": Table(("elsewhere", "same_area"), ("same_street", "same_building", "alike", "same")),
    "phone": Table(("different",), ("typing_error", "same")),
    "full_name": Table((), ("same",)),
    "name_at_address": Table((), ("same",)),
    "name_with_phone": Table((), ("same",)),
}
IDENTITY_RAMPS = {
    "given_rarity": Ramp((6.0, 20.0), 1, 6.0),
    "surname_rarity": Ramp((6.0, 20.0), 1, 6.0),
}
SUBJECT_RAMPS = IDENTITY_RAMPS | {
    "beside": Ramp((0.0, 2.0, 5.0, 10.0), -1, 0.0),
    "after": Ramp((-20.0, -10.0, -5.0, -2.0, 0.0, 2.0, 4.0, 7.0), 1, 0.0, least=0.01),
}
_TIES = (-40.0, -12.0, -8.0, -5.0, -3.0, -1.0, 1.0, 3.0, 6.0, 10.0, 40.0)
_COUNTS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
_SHARES = (0.0, 0.5, 0.9, 1.0)
GROUP_RAMPS = {
    "alone": Ramp((-40.0, -12.0, -8.0, -5.0, -3.0, -1.0, 1.0, 3.0, 5.0, 8.0, 12.0, 40.0), 1, 0.0, least=0.05),
    "support": Ramp(_TIES, 1, -40.0, least=0.01),
    "supporters": Ramp(_COUNTS, 1, 0.0, least=0.01),
    "rival": Ramp(_TIES, -1, -40.0, least=0.01),
    "rivals": Ramp(_COUNTS, -1, 0.0, least=0.01),
    "conflict": Ramp(_TIES, -1, -40.0),
    "refuted": Ramp(_SHARES, -1, 0.0),
    "namesakes": Ramp(_COUNTS, -1, 0.0),
    "found": Ramp((0.0, 1.0, 3.0, 6.0), 0, 0.0),
}
_ODDS = (-10.0, -6.0, -3.0, -1.0, 0.0, 1.0, 3.0, 6.0, 10.0)
_RECENCY = (-8.0, -6.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 6.0)
_GAPS = (-10.0, -5.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 5.0, 10.0)
_YEARS = (0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0)
ADDRESS_RAMPS = {
    "identity": Ramp(_ODDS, 1, 10.0),
    "recency": Ramp(_RECENCY, 1, 0.0),
    "second": Ramp(_RECENCY, 1, -8.0),
    "newest": Ramp(_GAPS, 1, 0.0),
    "later": Ramp(_GAPS, 1, 0.0),
    "since": Ramp(_YEARS, 0, 30.0),
    "account": Ramp((-1.0, 0.0, 1.0, 2.0, 4.0, 7.0), 0, -1.0),
    "box": Ramp((0.0, 1.0), 0, 0.0),
    "kin": Ramp(_YEARS, -1, 30.0),
    "others": Ramp(_YEARS, 0, 30.0),
    "newcomers": Ramp((-10.0, -5.0, -2.0, 0.0, 2.0, 5.0), 0, -10.0),
}
PHONE_RAMPS = {
    "identity": Ramp(_ODDS, 1, 10.0),
    "recency": Ramp(_RECENCY, 1, 0.0),
    "second": Ramp(_RECENCY, 1, -8.0),
    "later": Ramp(_GAPS, 1, 0.0),
    "account": Ramp((-1.0, 0.0, 1.0, 2.0, 4.0, 7.0), 0, -1.0),
    "landline": Ramp(_RECENCY, 0, -8.0),
    "moved": Ramp((0.0, 1.0, 3.0, 10.0), -1, 0.0),
    "kin": Ramp(_YEARS, 0, 30.0),
    "others": Ramp(_YEARS, 0, 30.0),
    "shared": Ramp((0.0, 1.0, 2.0, 4.0), 0, 0.0),
}
RIVAL_RAMPS = {
    "own": Ramp((-10.0, -6.0, -3.0, -1.0, 0.0, 1.0, 3.0, 6.0, 10.0), 1, 0.0),
    "rivals": Ramp((-20.0, -10.0, -6.0, -3.0, -1.0, 0.0, 1.0, 3.0, 6.0, 10.0), -1, -20.0),
}
