"""Who looks at people for reasons of their own is noticed, and who works is not."""

from __future__ import annotations

import pytest

from skiptrace.access import MarkKind, Marks, Pattern, View, suspicions

STAFF: dict[str, Marks] = {
    "carl": frozenset({(MarkKind.NAME, b"carl"), (MarkKind.PHONE, b"1"), (MarkKind.ADDRESS, b"elm")}),
    "dora": frozenset({(MarkKind.NAME, b"dora"), (MarkKind.PHONE, b"2"), (MarkKind.ADDRESS, b"oak")}),
}


def seen(
    *marks: tuple[MarkKind, bytes], views: int = 1, assigned: bool = True, protected: bool = False
) -> set[Pattern]:
    return set(suspicions(View("carl", frozenset(marks), views, assigned=assigned, protected=protected), STAFF))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (Pattern.OWN_NAME, seen((MarkKind.NAME, b"carl"))),
        (Pattern.OWN_PHONE, seen((MarkKind.PHONE, b"1"))),
        (Pattern.OWN_ADDRESS, seen((MarkKind.NAME, b"carla"), (MarkKind.ADDRESS, b"elm"))),
        (Pattern.COLLEAGUE, seen((MarkKind.NAME, b"dora"))),
        (Pattern.PROTECTED_PERSON, seen(protected=True)),
        (Pattern.NOT_ASSIGNED, seen(assigned=False)),
        (Pattern.AGAIN_AND_AGAIN, seen(views=4)),
    ],
)
def test_each_pattern_is_noticed_by_itself(pattern: Pattern, found: set[Pattern]) -> None:
    assert found == {pattern}


def test_a_thousand_strangers_raise_no_alert() -> None:
    assert not any(seen((MarkKind.NAME, b"n%d" % n), (MarkKind.ADDRESS, b"a%d" % n), views=3) for n in range(1000))


def test_a_neighbour_of_a_colleague_is_a_stranger() -> None:
    assert seen((MarkKind.NAME, b"someone"), (MarkKind.ADDRESS, b"oak")) == set()
