"""What speed asked for in the comparison of many pairs gives what the plain way gives."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from skiptrace.matching.columns import Spelled, Words, in_order, neighbours_sharing
from skiptrace.matching.likeness import _may_be_alike, spelling_levels
from skiptrace.matching.weights import Curve, Weights, log_none, shipped_parameters

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


CODES = st.integers(0, 3)


@given(st.lists(st.tuples(st.integers(0, 4), CODES, CODES), max_size=30))
@example([(0, 1, 0), (0, 0, 0), (0, 2, 0), (0, 1, 0), (1, 1, 0)])
def test_neighbours_are_tied_by_any_code_that_both_have_and_only_in_their_group(rows: list[tuple[int, ...]]) -> None:
    rows = sorted(rows, key=lambda row: row[0])
    groups = np.array([row[0] for row in rows], np.int64)
    codes = [np.array([row[place] for row in rows], np.int32) for place in (1, 2)]
    left, right = neighbours_sharing(groups, codes)
    shared = [
        (one, two)
        for one in range(len(rows))
        for two in range(one + 1, len(rows))
        if rows[one][0] == rows[two][0] and any(a == b > 0 for a, b in zip(rows[one][1:], rows[two][1:], strict=True))
    ]
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == shared


@given(st.lists(st.one_of(st.integers(-3, 3), st.integers(-(2**63), 2**63 - 1)), max_size=20))
def test_keys_are_put_in_a_stable_order_however_large_they_are(keys: list[int]) -> None:
    order, ordered = in_order(np.array(keys, np.int64))
    assert order.tolist() == sorted(range(len(keys)), key=keys.__getitem__)
    assert ordered.tolist() == sorted(keys)


@given(st.floats(0.0, 1.0 - 1e-9))
@example(1e-20)
def test_the_logarithm_of_the_rest_is_exact_for_the_smallest_share(p: float) -> None:
    np.testing.assert_allclose(log_none(np.array([p])), np.log1p([-p]), rtol=1e-12)


def test_bits_added_up_beforehand_are_the_prior_and_all_parts() -> None:
    chance, weights = np.random.default_rng(7), shipped_parameters().identity
    levels = {name: chance.integers(0, len(bits), 2_000, np.int8) for name, bits in weights.levels.items()}
    measures = {name: chance.uniform(-5.0, 30.0, 2_000) for name in weights.curves}
    parts = weights.parts(levels, measures)
    np.testing.assert_allclose(weights.total(levels, measures), weights.prior + np.sum([*parts.values()], axis=0))
