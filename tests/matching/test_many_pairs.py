"""What speed asked for in the comparison of many pairs gives what the plain way gives."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from skiptrace.matching.columns import Spelled, Words
from skiptrace.matching.likeness import _may_be_alike, spelling_levels
from skiptrace.matching.weights import Curve, Weights

MANY = 100
NAMES = st.text("ABCDELMNORST 4", min_size=1, max_size=12)


def _is_alike(a: str, b: str) -> bool:
    edits = OSA.distance(a, b)
    return JaroWinkler.similarity(a, b) >= 0.86 or (edits <= 4 and edits * 3 <= min(len(a), len(b)))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=40))
@example([("MARTHA", "MARHTA"), ("OKAFOR", "OKAFRO"), ("LINDQVIST", "LINDQUIST"), ("ROBERT", "BOBERT")])
@example([("MARIANNE", "MARTIN"), ("ELIZABETH", "ELIZA"), ("DAVIDOVICH", "DAVID"), ("MARIANNE", "MARIBEL")])
def test_the_letters_never_rule_out_names_that_are_alike(pairs: list[tuple[str, str]]) -> None:
    flat = Words.of([name for pair in pairs for name in pair])
    x, y = (np.tile(side, MANY) for side in (flat.codes[::2], flat.codes[1::2]))
    found = spelling_levels(flat, x, y, 1, 1) > 0
    assert found.tolist() == [_is_alike(*pair) for pair in pairs] * MANY


def test_the_letters_rule_out_most_other_names() -> None:
    flat = Words.of(["MARION", "ROBERT", "OKAFOR", "LINDQVIST", "VARGA", "DALE"])
    codes = np.unique(flat.codes)
    x, y = (side.ravel() for side in np.meshgrid(codes, codes))
    others = x < y
    assert _may_be_alike(flat.derived(Spelled), x[others], y[others]).sum() <= 1


def test_curves_of_many_measures_are_those_of_few() -> None:
    curves = {
        "uneven": Curve(np.array([-3.3, -1.0, 0.25, 7.0]), np.array([-2.0, 1.0, 0.5, 4.0])),
        "even": Curve(np.array([0.0, 1.0, 2.0]), np.array([3.0, -1.0, 0.0])),
    }
    measures = {name: np.linspace(-5.0, 9.0, 10_000) for name in curves}
    for name, curve in curves.items():
        measures[name][: len(curve.knots)] = curve.knots
    many = Weights(0.0, {}, curves).parts({}, measures)
    for name, curve in curves.items():
        np.testing.assert_allclose(many[name], curve(measures[name]), atol=1e-12)
