"""Why a probability is what it is, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from skiptrace.matching.levels import LEVELS
from skiptrace.matching.sentences import LEVEL_SENTENCES
from skiptrace.matching.weights import Parameters, log_odds, probability, shipped_parameters
from skiptrace.model import Contact, Evidence, Match

WOULD_LIFT = ("birth_date", "ssn4", "phone", "address", "middle")
"""What a collector can go and find out."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """If ``sentence`` were true, the match would have ``probability``. ``feature`` is what would have to be found."""

    feature: str
    sentence: str
    probability: float


def explain(judged: Match | Contact) -> tuple[str, ...]:
    """The evidence in bits, the prior first, then the heaviest; the last line is the sum.

    Lines hold the values compared: they are for the screen of whoever may see the case, not for a log.
    """
    total = float(log_odds(np.array(judged.probability)))
    prior = [item for item in judged.evidence if item.feature == "prior"]
    others = sorted((item for item in judged.evidence if item.feature != "prior"), key=lambda item: -abs(item.bits))
    lines = [_line(item) for item in (*prior, *others)]
    return (*lines, f"{total:+6.1f} bits in all: probability {judged.probability:.3f}")


def _line(item: Evidence) -> str:
    quoted = " / ".join(f"“{value}”" for value in (item.asked, item.found) if value)
    return f"{item.bits:+6.1f} bits  {item.sentence}{f': {quoted}' if quoted else ''}"


def what_would_change(match: Match, parameters: Parameters | None = None) -> tuple[WhatIf, ...]:
    """What would lift a match, the strongest first: each field that is missing or disagrees, if it were found to agree.

    The other records of the case are taken as they are.
    """
    parameters = parameters or shipped_parameters()
    weights = {item.feature: item.bits for item in match.evidence}
    alone = _alone(weights, parameters)
    rest = float(log_odds(np.array(match.probability))) - _counted(alone, parameters)
    found = []
    for name in WOULD_LIFT:
        gain = parameters.identity.levels[name][-1] - _bits_of(name, weights)
        if gain > 0:
            p = float(probability(np.array(rest + _counted(alone + gain, parameters))))
            found.append(WhatIf(name, LEVEL_SENTENCES[name]["same"], p))
    return tuple(sorted(found, key=lambda item: -item.probability))


def why_not(match: Match, parameters: Parameters | None = None) -> str:
    """One sentence on a rejected record: what speaks against it most, and what would lift it."""
    against = min(match.evidence, key=lambda item: item.bits if item.feature != "prior" else 0.0, default=None)
    lifts = what_would_change(match, parameters)
    reason = f"{against.sentence} ({against.bits:+.1f} bits). " if against and against.bits < 0 else ""
    if not lifts:
        return f"{reason}Nothing that a source could add would lift it."
    best = lifts[0]
    return f"{reason}An agreeing {best.feature.replace('_', ' ')} would lift it to {best.probability:.2f}."


def _alone(weights: Mapping[str, float], parameters: Parameters) -> float:
    """The record's own evidence: the prior and everything that was compared with the subject."""
    own = {*LEVELS, *parameters.identity.curves, "prior"}
    return sum(bits for feature, bits in weights.items() if feature.partition(".")[0] in own)


def _counted(alone: float, parameters: Parameters) -> float:
    """What the own evidence counts for in the last round of the group step."""
    if not parameters.group:
        return alone
    return float(parameters.group[-1].curves["alone"](np.array([alone]))[0])


def _bits_of(name: str, weights: Mapping[str, float]) -> float:
    return sum(bits for feature, bits in weights.items() if feature.partition(".")[0] == name)
