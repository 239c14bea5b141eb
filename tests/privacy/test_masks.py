"""What holds a person, or opens what does, prints as ``***`` (S52): a forgotten ``repr=False`` would show them all."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import skiptrace
from skiptrace.model import Personal


def every(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from every(one)


def test_no_value_that_holds_a_person_has_a_print_of_its_own() -> None:
    for module in pkgutil.walk_packages(skiptrace.__path__, "skiptrace."):
        if not module.name.startswith(("skiptrace.testing", "skiptrace.stores.migrations")):
            importlib.import_module(module.name)
    found = [one for one in every(Personal) if one.__module__.startswith("skiptrace.")]
    assert len(found) > 20
    own = [
        one.__qualname__
        for one in found
        if one.__repr__ is not Personal.__repr__ or one.__str__ is not Personal.__str__
    ]
    assert own == [], "write @dataclass(repr=False)"
