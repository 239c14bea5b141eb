"""A vendor's reply with anything in it changed (S36): an answer or a named failure, and never another exception."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from skiptrace.errors import ProviderError
from skiptrace.model import Answer
from tests.providers.wires import FIXTURES, built, told

ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 7, 10**30, 1.5, 1e308),
    *("", " ", "x", "9" * 500, "0000-00-00", "2026-13-45", "\u202e\ufffd", "=1+1", "null", "12/31/99999", "N/A"),
    *([], [None], [[]], ["x"], [7], {}, {"x": 7}, {"": None}, [{}]),
)
CHANGED = 400
VENDORS = ("enformion", "smarty", "trestle")
HITS = [(vendor, hit.parent.name) for vendor in VENDORS for hit in sorted(FIXTURES.glob(f"{vendor}/*/hit.json"))]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON document."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from places(one, (*path, key))


def changed(hit: Any, dice: random.Random) -> Any:
    """A copy with one to three places taken out, doubled, or filled with something odd."""
    document = [copy.deepcopy(hit)]
    for _ in range(dice.randrange(1, 4)):
        *path, last = dice.choice([place for place in places(document) if place])
        around: Any = document
        for key in path:
            around = around[key]
        kind = dice.random()
        if kind < 0.15 and path:
            del around[last]
        elif kind < 0.25 and isinstance(around, list):
            around.append(copy.deepcopy(around[last]))
        else:
            around[last] = copy.deepcopy(dice.choice(ODD))
        if not document:
            return None
    return document[0]


@pytest.mark.parametrize(("vendor", "product"), HITS)
def test_a_changed_reply_is_an_answer_or_a_named_failure(vendor: str, product: str) -> None:
    provider, dice = built(vendor), random.Random(36)
    hit = orjson.loads((FIXTURES / vendor / product / "hit.json").read_bytes())
    answers = 0
    for _ in range(CHANGED):
        try:
            answer = provider.to_answer(product, told(changed(hit, dice)), "call-1")
        except ProviderError:
            continue
        assert isinstance(answer, Answer)
        answers += 1
    assert 0 < answers < CHANGED, "some of it can be read, and some cannot"
