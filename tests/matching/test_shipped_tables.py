"""Tables that are searched in place."""

from __future__ import annotations

from collections import Counter

from skiptrace.matching.addresses.places import city_key
from skiptrace.matching.known_words import familiarity
from skiptrace.matching.tables import SortedTable, read_table
from skiptrace.matching.zips import zips_of_city


def test_a_table_finds_every_key_and_nothing_beside_them() -> None:
    lines = read_table("given_names.tsv").splitlines()
    listed = dict(line.split("\t", 1) for line in lines)
    table = SortedTable("given_names.tsv")

    found = {key: table.get(key) for key in listed}
    assert found == listed

    beside = {key + "A" for key in listed} | {key[:-1] for key in listed} | {key[1:] for key in listed} | {"~", "0"}
    assert {key for key in beside if table.get(key) is not None} == beside & listed.keys()


def test_the_cities_are_those_of_the_zip_codes_however_they_are_spelled() -> None:
    areas = [line.split("\t") for line in read_table("zips.tsv").splitlines()]
    named = {(city_key(city), state, zip5) for zip5, _, state, _, names in areas for city in names.split("|")}
    cities = Counter((key, state) for key, state, _ in named)

    assert all(zip5 in zips_of_city(key, state) for key, state, zip5 in named), "tools/build_matching_data.py cities"
    assert all(len(zips_of_city(*city)) == count for city, count in cities.items())
    assert len(read_table("cities.tsv").splitlines()) == len(cities)


def test_the_words_of_every_default_name_of_a_city_are_known() -> None:
    defaults = {line.rpartition("\t")[2].partition("|")[0] for line in read_table("zips.tsv").splitlines()}

    assert [city for city in defaults if familiarity(city.replace(" ", "")) < 2] == []
    assert [word for city in defaults for word in city.split() if familiarity(word) < 2] == []
