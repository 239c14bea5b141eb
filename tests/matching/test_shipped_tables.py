"""Tables that are searched in place."""

from __future__ import annotations

from skiptrace.matching.tables import SortedTable, read_table


def test_a_table_finds_every_key_and_nothing_beside_them() -> None:
    lines = read_table("given_names.tsv").splitlines()
    listed = dict(line.split("\t", 1) for line in lines)
    table = SortedTable("given_names.tsv")

    found = {key: table.get(key) for key in listed}
    assert found == listed

    beside = {key + "A" for key in listed} | {key[:-1] for key in listed} | {key[1:] for key in listed} | {"~", "0"}
    assert {key for key in beside if table.get(key) is not None} == beside & listed.keys()
