"""The world is invented, lawful to invent, repeatable, and has all that makes skip tracing hard."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest
import zipcodes

from skiptrace.sandbox import World, grow_world
from skiptrace.sandbox.lexicon import lexicon


def test_the_same_seed_grows_the_same_world() -> None:
    one, other = grow_world(3, 200), grow_world(3, 200)

    assert one == other


def test_another_process_grows_the_same_world_and_gives_the_same_answers() -> None:
    """Nothing may hang on the order of a set, which differs from process to process."""
    program = """
from hashlib import sha256
from skiptrace.sandbox import grow_world, sample_accounts
from skiptrace.sandbox.vendors import open_vendors
from skiptrace.sandbox.vendors.wire import Asked
world = grow_world(3, 300)
trestle = open_vendors(world)["trestle"]
told = [trestle.answer(Asked("GET", "/3.2/phone", {"phone": n}, {"x-api-key": "k"})).payload for n in world.holders]
print(sha256(repr((told, sample_accounts(world, 20))).encode()).hexdigest())
"""
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(digests) == 1


def test_another_seed_grows_another_world() -> None:
    assert grow_world(3, 200).people != grow_world(4, 200).people


def test_a_world_beyond_the_fictitious_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="12,000"):
        grow_world(1, 20_000)


def test_every_number_is_fictitious(world: World) -> None:
    assert all(re.fullmatch(r"[2-9]\d\d55501\d\d", number) for number in world.holders)


def test_no_social_security_number_can_belong_to_anybody(world: World) -> None:
    numbers = [person.ssn for person in world.people.values()]

    assert len(set(numbers)) == len(numbers)
    # areas 900-999 are never issued; groups 50 and above are left to the IRS
    assert all(re.fullmatch(r"9\d\d(0[1-9]|[1-4]\d)\d{4}", ssn) and ssn[5:] != "0000" for ssn in numbers)


def test_all_mail_goes_to_example_com(world: World) -> None:
    assert all(person.email.endswith("@example.com") for person in world.people.values())


def test_every_place_is_a_real_zip_code_with_its_city_state_and_zone() -> None:
    real_places = {real["zip_code"]: real for real in zipcodes.list_all()}
    for places in lexicon().places.values():
        for place in places:
            real = real_places[place.zip_code]
            assert (place.city, place.state, place.time_zone) == (real["city"], real["state"], real["timezone"])
            assert place.area_code in real["area_codes"]


def test_the_living_have_a_home_and_the_dead_have_none(world: World) -> None:
    for person in world.people.values():
        homes = [stay for stay in person.stays if stay.end is None and not stay.dwelling.is_box]
        assert len(homes) == (0 if person.died else 1)


def test_nobody_lives_in_two_homes_at_once(world: World) -> None:
    for person in world.people.values():
        homes = [stay for stay in person.stays if not stay.dwelling.is_box]
        for earlier, later in pairwise(homes):
            assert earlier.end is not None
            assert earlier.end <= later.start


def test_only_one_family_lives_in_a_home_at_a_time(world: World) -> None:
    for dwelling, keys in world.residents.items():
        now = [
            key for key in set(keys) if any(s.dwelling == dwelling and s.end is None for s in world.people[key].stays)
        ]
        if now and not dwelling.is_box:
            kin = {k.key for key in now for k in world.people[key].kin} | {now[0]}
            assert kin >= set(now)


def test_a_number_is_never_held_by_two_families_at_once(world: World) -> None:
    for holders in world.holders.values():
        now = [key for key, tenure in holders if tenure.end is None]
        kin = {k.key for key in now for k in world.people[key].kin} | set(now[:1])
        assert kin >= set(now)


def test_a_house_number_names_one_street_of_its_city(world: World) -> None:
    streets: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for dwelling in world.residents:
        streets[dwelling.place.city, dwelling.place.state, dwelling.number].add(dwelling.street)

    assert all(len(names) == 1 for names in streets.values())


def test_the_world_has_all_that_makes_tracing_hard(large_world: World) -> None:
    people = list(large_world.people.values())
    adults = [person for person in people if person.age(large_world.today) >= 18]
    names = Counter((person.name.first, person.name.last) for person in adults)

    assert sum(count for count in names.values() if count > 1) > 50, "namesakes"
    assert sum(person.name.suffix == "Jr" for person in people) > 20, "sons named after their fathers"
    assert sum(len({name.last for name in person.names}) > 1 for person in people) > 200, "married names"
    assert sum(len({key for key, _ in held}) > 1 for held in large_world.holders.values()) > 500, "reassigned numbers"
    assert sum(len(set(keys)) > 1 for keys in large_world.residents.values()) > 500, "shared and re-let homes"
    assert sum(person.died is not None for person in people) > 50, "deaths"
    assert sum(person.bankruptcy is not None for person in people) > 20, "bankruptcies"
    assert len(people) - len(adults) > 200, "minors"
    assert sum(any(stay.dwelling.is_box for stay in person.stays) for person in people) > 20, "boxes"


def test_nobody_outlives_their_own_death(large_world: World) -> None:
    for person in large_world.people.values():
        children = [large_world.people[kin.key] for kin in person.kin if kin.relation == "child"]
        ends = [span.end for span in (*person.stays, *person.tenures) if span.end]
        if person.died:
            assert all(child.born < person.died for child in children)
            assert max(ends) <= person.died + timedelta(days=120)


def test_a_son_bears_his_fathers_name_and_a_suffix(large_world: World) -> None:
    juniors = [person for person in large_world.people.values() if person.name.suffix == "Jr"]
    for junior in juniors:
        fathers = [large_world.people[kin.key] for kin in junior.kin if kin.relation == "parent"]
        assert (junior.name.first, junior.name.last) in {(f.names[0].first, f.names[0].last) for f in fathers}


def test_a_world_prints_nobody(world: World) -> None:
    person = next(iter(world.people.values()))

    assert repr(world) == "World(***)"
    assert repr(person) == "Person(***)"
    assert repr(person.stays[0].dwelling) == "Dwelling(***)"
