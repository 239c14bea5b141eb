"""Log-odds weights: one table per comparison, one curve per measure, all in bits (log2 of a likelihood ratio)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, cached_property
from importlib.resources import files
from math import lcm, log2
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from skiptrace.errors import BadInput
from skiptrace.matching.columns import Floats, Levels
from skiptrace.matching.levels import LEVELS

Measures = Mapping[str, Floats] | Mapping[str, Sequence[float]]
"""What is weighed, by name: years, counts, or bits."""
_MANY = 500
"""From so many measures on each curve is looked up by itself."""
_MOST_CELLS = 4_096
LIMIT = 40.0
"""No sum of evidence counts for more than this many bits, which keeps probabilities apart from 0 and 1."""
_LEAST = 2.0**-LIMIT


def within(measure: Floats, least: float, most: float) -> Floats:
    """Each number, or the nearer limit: in a seventh of the time of one limit after the other."""
    limited: Floats = measure.clip(least, most)
    return limited


def probability(bits: Floats) -> Floats:
    """Probability for log-odds in bits."""
    p: Floats = 1.0 / (1.0 + np.exp2(within(-bits, -LIMIT, LIMIT)))
    return p


def log_odds(p: Floats) -> Floats:
    """Log-odds in bits; probabilities are kept within 2**-40 of 0 and 1."""
    p = within(p, _LEAST, 1.0 - _LEAST)
    bits: Floats = np.log2(p / (1.0 - p))
    return bits


def log_none(p: Floats) -> Floats:
    """The logarithm of 1 - p, exact for the smallest p too; ``numpy.log1p`` takes twice as long."""
    rest = 1.0 - p
    lost = rest - 1.0
    lost += p
    lost /= rest
    none: Floats = np.log(rest, out=rest)
    none -= lost
    return none


def probability_of(bits: float) -> float:
    """``probability`` of one number."""
    return float(1.0 / (1.0 + 2.0 ** min(max(-bits, -LIMIT), LIMIT)))


def bits_of(p: float) -> float:
    """``log_odds`` of one number."""
    p = min(max(p, _LEAST), 1.0 - _LEAST)
    return log2(p / (1.0 - p))


def summed(parts: Iterable[Floats]) -> Floats:
    """Added one after the other, so that the sum of a row does not depend on how many rows there are."""
    total: Floats = np.zeros(())
    for part in parts:
        total = total + part
    return total


@dataclass(frozen=True, eq=False)
class Curve:
    """A piecewise linear curve, flat beyond its first and last knot."""

    knots: Floats
    bits: Floats

    def __call__(self, measure: Floats) -> Floats:
        bits: Floats = np.interp(measure, self.knots, self.bits)
        return bits

    def of_many(self, measure: Floats) -> Floats:
        """The same for many measures, in a third of the time: each cell of the axis lies on one line."""
        if self._cells is None:
            return self(measure)
        per_unit, shift, starts, slopes = self._cells
        cell = measure * per_unit
        cell += shift
        places = cell.astype(np.intp)
        bits: Floats = slopes.take(places, mode="clip", out=cell)
        bits *= measure
        bits += starts.take(places, mode="clip")
        return bits

    @cached_property
    def _cells(self) -> tuple[float, float, Floats, Floats] | None:
        """Cells per unit, the cell of 0, and the line of each cell (its bits at 0 and its slope); None where the knots
        are too uneven.

        The first and the last cell are flat, for all that lies beyond the knots. All knots are ends of cells. Beside a
        knot rounding may choose the other line, which has the same bits there.
        """
        per_unit = lcm(*(Fraction(repr(knot)).denominator for knot in self.knots.tolist()))
        first, width = float(self.knots[0]), float(self.knots[-1] - self.knots[0])
        if not 0.0 < width * per_unit <= _MOST_CELLS:
            return None
        middles = first + (np.arange(round(width * per_unit)) + 0.5) / per_unit
        line = np.searchsorted(self.knots, middles) - 1
        slopes = (np.diff(self.bits) / np.diff(self.knots))[line]
        starts = self.bits[line] - slopes * self.knots[line]
        starts = np.concatenate((self.bits[:1], starts, self.bits[-1:]))
        return float(per_unit), 1.0 - first * per_unit, starts, np.pad(slopes, 1)

    def at(self, measure: float) -> float:
        """The bits of one measure."""
        knots, bits, slopes = self._lines
        if measure <= knots[0]:
            return bits[0]
        if measure >= knots[-1]:
            return bits[-1]
        before = bisect_right(knots, measure) - 1
        return slopes[before] * (measure - knots[before]) + bits[before]

    @cached_property
    def _lines(self) -> tuple[list[float], list[float], list[float]]:
        return self.knots.tolist(), self.bits.tolist(), (np.diff(self.bits) / np.diff(self.knots)).tolist()


class _Curves:
    """Several curves as one: their knots one after the other on a single axis, so that one look-up serves all."""

    def __init__(self, curves: Mapping[str, Curve]) -> None:
        self._names = tuple(curves)
        knots = [curve.knots for curve in curves.values()]
        self._first = np.array([[each[0]] for each in knots])
        self._last = np.array([[each[-1]] for each in knots])
        lengths = self._last - self._first + 1.0
        self._moved = np.cumsum(lengths, axis=0) - lengths - self._first
        self._knots = np.concatenate([each + moved for each, moved in zip(knots, self._moved, strict=True)])
        self._bits = np.concatenate([curve.bits for curve in curves.values()])

    def __call__(self, measures: Measures) -> dict[str, Floats]:
        places = np.array([measures[name] for name in self._names])
        np.minimum(np.maximum(places, self._first, out=places), self._last, out=places)
        bits = np.interp(places + self._moved, self._knots, self._bits)
        return dict(zip(self._names, bits, strict=True))


class _Sums:
    """The summed bits of every combination of the levels of several comparisons, so that one look-up serves all."""

    def __init__(self, tables: Mapping[str, Floats]) -> None:
        self.tables = tables
        sums: Floats = np.zeros(1)
        for bits in tables.values():
            sums = np.add.outer(sums, bits).reshape(-1)
        self._sums, self.size = sums, len(sums)

    def of(self, levels: Mapping[str, Levels]) -> Floats:
        combination: NDArray[np.int16] = np.zeros(1, np.int16)
        for name, bits in self.tables.items():
            combination = combination * np.int16(len(bits)) + levels[name]
        found: Floats = self._sums.take(combination, mode="clip")
        return found


@dataclass(frozen=True, eq=False)
class Weights:
    """A sum of evidence: ``prior`` bits, one number per level of a comparison, one curve per measure."""

    prior: float
    levels: Mapping[str, Floats]
    curves: Mapping[str, Curve]

    def parts(self, levels: Mapping[str, Levels], measures: Measures) -> dict[str, Floats]:
        """Bits of every comparison and measure, by name."""
        return {name: table[levels[name]] for name, table in self.levels.items()} | self._measured(measures)

    def _measured(self, measures: Measures) -> dict[str, Floats]:
        if not self.curves:
            return {}
        if len(measures[next(iter(self.curves))]) < _MANY:
            return self._joined(measures)
        return {name: curve.of_many(np.asarray(measures[name])) for name, curve in self.curves.items()}

    @cached_property
    def _joined(self) -> _Curves:
        return _Curves(self.curves)

    def total(self, levels: Mapping[str, Levels], measures: Measures) -> Floats:
        """Sum of the prior and of all parts."""
        totals = [table.of(levels) for table in self._tables]
        return summed((*totals, *self._measured(measures).values())) + self.prior

    @cached_property
    def _tables(self) -> list[_Sums]:
        """Comparisons put together, as many as the combinations of their levels fit into one small table."""
        tables = [_Sums({})]
        for name, bits in self.levels.items():
            if tables[-1].size * len(bits) > _MOST_CELLS:
                tables.append(_Sums({}))
            tables[-1] = _Sums({**tables[-1].tables, name: bits})
        return [table for table in tables if table.tables]

    def sum_of(self, parts: Mapping[str, Floats]) -> Floats:
        """The prior and the parts that ``parts`` gave."""
        return summed(parts.values()) + self.prior


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """What a sighting is worth by its age in years.

    ``known`` has a curve per upstream source that was fitted by name or declared to be of a profile, ``other`` is for
    the rest. ``profiles`` are kinds of sources by lag and honesty, which a source must be declared to be of.
    """

    other: Curve
    known: Mapping[str, Curve]
    profiles: Mapping[str, Curve] = field(default_factory=dict)

    def of(self, source: str) -> Curve:
        return self.known.get(source, self.other)

    def declared(self, sources: Mapping[str, str]) -> Sightings:
        return replace(self, known={**self.known, **{name: self.profiles[of] for name, of in sources.items()}})


@dataclass(frozen=True, slots=True, eq=False)
class ContactWeights:
    """``own`` weighs one address or phone by itself, ``rivals`` sets it against the others of the same account."""

    sightings: Sightings
    own: Weights
    rivals: Weights


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """Everything that was fitted or set, as read from one reviewed file."""

    version: str
    identity: Weights
    link: Weights
    group: tuple[Weights, ...]
    address: ContactWeights
    phone: ContactWeights
    stated: Mapping[str, float]
    """Bits that are set by judgement: verifications, outcomes, thresholds."""
    searches: Mapping[str, float] = field(default_factory=dict)
    """Prior bits of a record scored alone, by the kind of search that returned it."""


def with_sources(parameters: Parameters, profiles: Mapping[str, str]) -> Parameters:
    """The same parameters with upstream sources declared: source name to profile name.

    An undeclared source is judged by the pooled curve, whatever it is called. Raises BadInput for an unknown profile.
    """
    known = parameters.address.sightings.profiles.keys() & parameters.phone.sightings.profiles.keys()
    for source, profile in profiles.items():
        if profile not in known:
            raise BadInput(f"profile of source {source}", f"is none of {', '.join(sorted(known)) or '(none known)'}")
    address, phone = (
        replace(weights, sightings=weights.sightings.declared(profiles))
        for weights in (parameters.address, parameters.phone)
    )
    return replace(parameters, address=address, phone=phone)


@cache
def shipped_parameters() -> Parameters:
    """The parameters that come with the package."""
    return read_parameters(files("skiptrace.matching").joinpath("data", "model.json").read_bytes())


def read_parameters(content: bytes) -> Parameters:
    """Read a parameter file. Raises BadInput when a table is missing or does not fit the comparisons."""
    try:
        raw = orjson.loads(content)
        identity, link = (
            _weights(raw[name], {"relatives": raw["stated"]["relatives"]}) for name in ("identity", "link")
        )
        return Parameters(
            version=raw["version"],
            identity=identity,
            link=link,
            group=tuple(_weights(item) for item in raw["group"]),
            address=_contact_weights(raw["address"]),
            phone=_contact_weights(raw["phone"]),
            stated=dict(raw["stated"]),
            searches=dict(raw.get("searches", {})),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise BadInput(
            "parameters", f"not a parameter file of this version ({type(problem).__name__}: {problem})"
        ) from None


def _weights(raw: Mapping[str, Any], stated: Mapping[str, float] | None = None) -> Weights:
    """``stated`` are bits of agreements that no labelled pairs are at hand for."""
    levels = {name: _table(name, table) for name, table in raw.get("levels", {}).items()}
    levels |= {name: np.array([0.0, bits]) for name, bits in (stated or {}).items()}
    curves = {name: _curve(curve) for name, curve in raw.get("curves", {}).items()}
    return Weights(float(raw["prior"]), levels, curves)


def _table(name: str, table: Mapping[str, float]) -> Floats:
    return np.array([0.0, *(float(table[level]) for level in LEVELS[name][1:])])


def _curve(raw: Mapping[str, Any]) -> Curve:
    return Curve(np.array(raw["knots"], float), np.array(raw["bits"], float))


def _contact_weights(raw: Mapping[str, Any]) -> ContactWeights:
    ages = raw["sightings"]
    known, profiles = ({name: _curve(curve) for name, curve in ages[key].items()} for key in ("sources", "profiles"))
    sightings = Sightings(_curve(ages["other"]), known, profiles)
    return ContactWeights(sightings, _weights(raw["own"]), _weights(raw["rivals"]))


def as_file(parameters: Parameters, provenance: Mapping[str, Any]) -> bytes:
    """The file that ``read_parameters`` reads, rounded to a hundredth of a bit, with where its numbers come from."""
    content = {
        "version": parameters.version,
        "provenance": dict(provenance),
        "identity": _plain(parameters.identity),
        "link": _plain(parameters.link),
        "group": [_plain(weights) for weights in parameters.group],
        "address": _plain_contact(parameters.address),
        "phone": _plain_contact(parameters.phone),
        "stated": dict(parameters.stated),
        "searches": dict(parameters.searches),
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)


def _plain(weights: Weights) -> dict[str, Any]:
    levels = {
        name: {level: round(float(table[n]), 2) for n, level in enumerate(LEVELS[name]) if n}
        for name, table in weights.levels.items()
    }
    curves = {name: _plain_curve(curve) for name, curve in weights.curves.items()}
    return {"prior": round(weights.prior, 2), "levels": levels, "curves": curves}


def _plain_curve(curve: Curve) -> dict[str, list[float]]:
    return {"knots": curve.knots.tolist(), "bits": [round(float(bits), 2) for bits in curve.bits]}


def _plain_contact(weights: ContactWeights) -> dict[str, Any]:
    sightings = weights.sightings
    return {
        "sightings": {
            "other": _plain_curve(sightings.other),
            "sources": {name: _plain_curve(curve) for name, curve in sightings.known.items()},
            "profiles": {name: _plain_curve(curve) for name, curve in sightings.profiles.items()},
        },
        "own": _plain(weights.own),
        "rivals": _plain(weights.rivals),
    }
