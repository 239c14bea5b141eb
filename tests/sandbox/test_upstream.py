"""Vendors see the world through files that are incomplete, late and wrong, and wrong together where they share one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from skiptrace.sandbox import World
from skiptrace.sandbox.holdings import Holdings, Sought
from skiptrace.sandbox.upstream import UPSTREAMS, Dossier, compile_file

File = Mapping[str, Dossier]


@pytest.fixture(scope="module")
def files(large_world: World) -> Mapping[str, File]:
    return {spec.id: compile_file(spec, large_world) for spec in UPSTREAMS}


def _shows_current_address(file: File, world: World) -> float:
    """Share of the held living adults whose newest reported address is where they live."""
    right = held = 0
    for key, dossier in file.items():
        homes = [stay.dwelling for stay in world.people[key].stays if stay.end is None]
        if homes and dossier.addresses:
            held += 1
            right += max(dossier.addresses, key=lambda seen: seen.last).dwelling in homes
    return right / held


def test_a_file_compiled_twice_is_the_same(large_world: World, files: Mapping[str, File]) -> None:
    assert compile_file(UPSTREAMS[0], large_world) == files["credit_header"]


def test_each_file_holds_its_share_of_adults_and_no_minor(large_world: World, files: Mapping[str, File]) -> None:
    adults = {key for key, person in large_world.people.items() if person.age(large_world.today) >= 18}
    reach = sum(large_world.people[key].visibility for key in adults) / len(adults)
    for spec in UPSTREAMS:
        assert files[spec.id].keys() <= adults
        assert len(files[spec.id]) / len(adults) == pytest.approx(spec.adults * reach, abs=0.04)


def test_whoever_one_file_misses_the_others_miss_more_often(large_world: World, files: Mapping[str, File]) -> None:
    credit, carrier = files["credit_header"], files["carrier_subscribers"]
    adults = [key for key, person in large_world.people.items() if person.age(large_world.today) >= 18]
    missed = [key for key in adults if key not in credit]
    among_missed = sum(key in carrier for key in missed) / len(missed)
    among_held = sum(key in carrier for key in credit) / len(credit)

    assert among_held - among_missed > 0.05


def test_the_slow_file_is_staler_than_the_quick_one(large_world: World, files: Mapping[str, File]) -> None:
    quick = _shows_current_address(files["utility_connects"], large_world)
    slow = _shows_current_address(files["consumer_web"], large_world)

    assert 0.70 < quick < 0.95
    assert 0.35 < slow < quick - 0.15


def test_some_addresses_that_were_left_years_ago_carry_a_recent_date(
    large_world: World, files: Mapping[str, File]
) -> None:
    long_ago, lately = large_world.today - timedelta(days=3 * 365), large_world.today - timedelta(days=400)
    lies = 0
    for key, dossier in files["consumer_web"].items():
        left = {stay.dwelling for stay in large_world.people[key].stays if stay.end and stay.end < long_ago}
        back = {stay.dwelling for stay in large_world.people[key].stays if not stay.end or stay.end >= long_ago}
        lies += sum(seen.last >= lately for seen in dossier.addresses if seen.dwelling in left - back)

    assert lies > 100


def test_no_file_reports_a_date_that_is_still_to_come(large_world: World, files: Mapping[str, File]) -> None:
    for file in files.values():
        for dossier in file.values():
            assert all(seen.first <= seen.last <= large_world.today for seen in (*dossier.addresses, *dossier.phones))


def test_vendors_that_buy_the_same_file_repeat_its_mistake(large_world: World, files: Mapping[str, File]) -> None:
    """A spelling that nobody ever bore can reach two vendors from their common file only."""
    one = Holdings("one", large_world, [files["credit_header"], files["utility_connects"]])
    other = Holdings("other", large_world, [files["carrier_subscribers"], files["utility_connects"]])
    apart = Holdings("apart", large_world, [files["carrier_subscribers"]])
    shared = unrelated = 0
    for key, dossier in files["utility_connects"].items():
        borne = {name.last for name in large_world.people[key].names}
        wrong = {name.last for name in dossier.names} - borne
        if wrong:
            shared += all(wrong <= {n.last for n in (h.dossier(key) or dossier).names} for h in (one, other))
            outsider = apart.dossier(key)
            unrelated += bool(outsider and wrong <= {name.last for name in outsider.names})

    assert shared > 10
    assert unrelated <= shared / 5


def test_some_fathers_and_sons_are_run_together(large_world: World, files: Mapping[str, File]) -> None:
    holdings = Holdings("enformion", large_world, list(files.values()))
    mixed = 0
    juniors = [person for person in large_world.people.values() if person.name.suffix == "Jr"]
    for junior in juniors:
        own = {stay.dwelling for stay in junior.stays}
        dossier = holdings.dossier(junior.key)
        mixed += bool(dossier and any(seen.dwelling not in own for seen in dossier.addresses))

    assert 0 < mixed < len(juniors) / 2


def test_a_search_finds_the_person_under_a_nickname_and_with_a_slip(
    large_world: World, files: Mapping[str, File]
) -> None:
    holdings = Holdings("enformion", large_world, [files["credit_header"]])
    person = next(
        p
        for key in files["credit_header"]
        if (p := large_world.people[key]).name.first == "Robert" and files["credit_header"][key].addresses
    )
    seen = files["credit_header"][person.key].addresses[0]
    last = person.name.last[:-2] + person.name.last[-1] + person.name.last[-2]
    sought = Sought(first="Bob", last=last, house_number=seen.number, zip_code=seen.dwelling.place.zip_code)

    assert holdings.search(sought)[0][1].key == person.key
