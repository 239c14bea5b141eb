"""Write fixtures/matching/addresses.csv: invented streets in real cities, one row per template and place.

Each line of address_templates.txt is ``label | category | first | second | why``. Every third template makes the rows
of part ``blind``, which is scored seldom; the others are part ``dev``. ``{n}`` is a house number, ``{st}`` a street
name, ``{o}`` an ordinal, ``{u}`` a unit, ``{b}`` a box; ``{c}``, ``{S}``, ``{N}``, ``{z}`` city, state, state name
and ZIP code, ``{C}`` all of them, ``{D}`` another city of the state with its ZIP code. hard_address_pairs.txt holds
pairs that were labelled, and scored once, before the code was changed for them.
"""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).parent.parent
PLACES = [
    ("Ames", "IA", "Iowa", "50010", "Waterloo, IA 50701", "2417", "Kestrel", "23", "4", "118"),
    ("Lowell", "MA", "Massachusetts", "01852", "Quincy, MA 02169", "86", "Harrowgate", "5", "12", "77"),
    ("Tacoma", "WA", "Washington", "98402", "Yakima, WA 98901", "10310", "Wexcombe", "101", "3", "2045"),
    ("Tulsa", "OK", "Oklahoma", "74103", "Enid, OK 73701", "551", "Pemberly", "42", "27", "913"),
]


def _rows(name: str) -> list[list[str]]:
    return [line.split("|") for line in Path(__file__).with_name(name).read_text().splitlines()]


def _fill(text: str, place: tuple[str, ...]) -> str:
    city, state, name, zip5, other, number, street, nth, unit, box = place
    whole = f"{city}, {state} {zip5}"
    return text.format(
        n=number, st=street, o=nth, u=unit, b=box, c=city, S=state, N=name, z=zip5, C=whole, D=other
    ).replace("\\n", "\n")  # fmt: skip


def main() -> None:
    """Write the file."""
    path = ROOT / "fixtures" / "matching" / "addresses.csv"
    with path.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["first", "second", "label", "category", "part", "why"])
        for at, (label, category, first, second, why) in enumerate(_rows("address_templates.txt")):
            part = "blind" if at % 3 == 2 else "dev"
            for place in PLACES:
                out.writerow([_fill(first, place), _fill(second, place), label, category, part, why])
        for at, (label, category, first, second, why) in enumerate(_rows("address_pairs.txt")):
            part = "blind" if at % 3 == 2 and category != "mixed" else "dev"
            out.writerow([first.replace("\\n", "\n"), second.replace("\\n", "\n"), label, category, part, why])
        for label, category, first, second, why in _rows("hard_address_pairs.txt"):
            out.writerow([first, second, label, category, "dev", why])


if __name__ == "__main__":
    main()
