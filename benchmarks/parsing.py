"""Measure parsing and comparing of names, addresses and phones: quality on the labelled pairs, robustness, speed,
start.

    python benchmarks/parsing.py            # everything, about a minute
    python benchmarks/parsing.py quality    # one part: quality, soup, speed, first or start

Speeds are CPU time and given as ratios to ``usaddress.tag`` on the same strings in the same rounds, which is what
carries over from one machine to another. The part ``blind`` of the fixtures is scored seldom.
"""

from __future__ import annotations

import csv
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import usaddress

from skiptrace.matching.addresses import compare_addresses, crf, parse_address, parsing
from skiptrace.matching.addresses.streets import ordinal
from skiptrace.matching.names import compare_names, parse_name
from skiptrace.matching.phones import compare_phones, parse_phone

_STREET_WORDS = """
    Kestrel Harrowgate Wexcombe Pemberly Foxtail Juniper Larkspur Millstone Old Bayberry Quarry Sandpiper Thistledown
    Ironwood Copperfield Redbud Whitcomb Saddleback Marigold Hollow Lantern Chestnut Prospect Orchard Tamarack Windrow
    Bluestem Hawthorne Cobalt Meadow Granger Pinecrest Silver Timber Wren Aldergate Barlow Crestwood Dunmore Eastbrook
""".split()  # noqa: SIM905 - a list of forty words reads better so
_PLACES = (
    "Ames, IA 50010", "Dover, DE 19901", "Salem, OR 97301", "Troy, NY 12180", "Reno, NV 89501", "Tulsa, OK 74103",
    "Boise, ID 83702", "Lowell, MA 01852", "Fargo, ND 58102", "Tampa, FL 33602", "Waco, TX 76701", "Erie, PA 16507",
    "San Jose, CA 95112", "St Paul, MN 55101", "Fort Wayne, IN 46802", "New Haven, CT 06511",
)  # fmt: skip
FIXTURES = Path(__file__).parent.parent / "fixtures" / "matching"


def rows(name: str) -> list[dict[str, str]]:
    """All rows of one labelled file."""
    with (FIXTURES / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def quality() -> dict[str, object]:
    """Precision and recall on the labelled pairs, by part."""
    return {part: _quality_of(part) for part in dict.fromkeys(row["part"] for row in rows("addresses"))}


def _quality_of(part: str) -> dict[str, object]:
    labelled = [row for row in rows("addresses") if row["part"] == part]
    addresses = [(row["label"], compare_addresses(row["first"], row["second"]).verdict) for row in labelled]
    names = [(r["label"], compare_names(r["first"], r["second"])) for r in rows("names") if r["part"] == part]
    phones = [r for r in rows("phones") if r["part"] == part]
    called = [label for label, verdict in addresses if verdict == "same" and label != "possible"]
    return {
        "address pairs": len(addresses),
        "addresses: precision of same": called.count("same") / len(called),
        "addresses: recall of same": called.count("same") / sum(label == "same" for label, _ in addresses),
        "different_unit called same": addresses.count(("different_unit", "same")),
        "possible called same": addresses.count(("possible", "same")),
        "possible reported": addresses.count(("possible", "possible"))
        / [label for label, _ in addresses].count("possible"),
        "name pairs": len(names),
        "names: recall at 95 % precision": _recall_at([(label, found.score) for label, found in names], 0.95),
        "names: recall of the verdict same": _share(names),
        "names: different called same": sum(label == "different" and found.verdict == "same" for label, found in names),
        "phone cells": len(phones),
        "phones right": sum(map(_phone_is_right, phones)) / len(phones) if phones else None,
    }


def _share(names: list[tuple[str, object]]) -> float:
    same = [found for label, found in names if label == "same"]
    return sum(getattr(found, "verdict", "") == "same" for found in same) / len(same)


def _recall_at(scored: list[tuple[str, float]], precision: float) -> float:
    """Highest recall of ``same`` over all thresholds that keep the precision; pairs labelled possible do not count."""
    pairs = sorted(((score, label) for label, score in scored if label != "possible"), reverse=True)
    total, right, best = sum(label == "same" for _, label in pairs), 0, 0.0
    for rank, (score, label) in enumerate(pairs, 1):
        right += label == "same"
        tied = rank < len(pairs) and pairs[rank][0] == score
        if not tied and right / rank >= precision:
            best = right / total
    return best


def _phone_is_right(row: dict[str, str]) -> bool:
    phone = parse_phone(row["text"])
    return (
        row["e164"] in {phone.e164, "*"}
        and phone.extension == row["extension"]
        and phone.usable == (row["usable"] == "yes")
    )


def soup(count: int = 40_000) -> dict[str, object]:
    """Feed random Unicode, random bytes and shuffled real tokens to every parser and comparison; count exceptions."""
    rng = random.Random(20)
    words = [word for row in rows("addresses") for word in row["first"].split()]
    failures: list[str] = []
    before: str | bytes = ""
    for at in range(count):
        text = _nonsense(rng, words, at % 4)
        for compare in (compare_addresses, compare_names, compare_phones):
            try:
                compare(before, text)
            except Exception as error:  # noqa: BLE001 - this is what is counted
                failures.append(f"{compare.__name__}({before!r}, {text!r}): {error!r}")
        before = text
    return {"strings": count, "exceptions": len(failures), "first": failures[:3]}


def _nonsense(rng: random.Random, words: list[str], kind: int) -> str | bytes:
    length = rng.randrange(50)
    if kind == 0:
        return "".join(chr(rng.randrange(0x110000)) for _ in range(length))
    if kind == 1:
        return rng.randbytes(length)
    if kind == 2:
        return "".join(chr(rng.choice((rng.randrange(128), rng.randrange(0x3000)))) for _ in range(length))
    return " ".join(rng.choice(words) for _ in range(length // 4)) + rng.choice("\x00\u0660\u00bd,#-. ")


def speed(rounds: int = 7) -> dict[str, object]:
    """CPU time of parsing and comparing, as ratios to ``usaddress.tag``; with and without the accelerator."""
    texts = sorted({row[side] for row in rows("addresses") for side in ("first", "second")})
    people = [(parse_name(row["first"]), parse_name(row["second"])) for row in rows("names")] * 4
    pairs = [(parse_address(row["first"]), parse_address(row["second"])) for row in rows("addresses")]
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        tag = _seconds(_tag, texts)
        found.setdefault("tag: strings/s", []).append(1 / tag)
        found.setdefault("cold normalise, as installed", []).append(tag / _seconds(_cold, texts))
        found.setdefault("cached normalise", []).append(tag / _seconds(parse_address, texts))
        found.setdefault("compare parsed addresses", []).append(
            tag / _seconds(lambda pair: compare_addresses(*pair), pairs)
        )
        found.setdefault("compare parsed names/s", []).append(1 / _seconds(lambda pair: compare_names(*pair), people))
    found["cold normalise, plain usaddress"] = [_plain_ratio(texts) for _ in range(rounds)]
    medians = {name: round(statistics.median(values), 2) for name, values in found.items()}
    return {"accelerator": crf.label is not crf._reference, **medians}  # noqa: SLF001


def _plain_ratio(texts: list[str]) -> float:
    """Cold parsing with usaddress itself, whatever is installed."""
    chosen = parsing.label
    parsing.label = crf._reference  # noqa: SLF001
    try:
        return _seconds(_tag, texts) / _seconds(_cold, texts)
    finally:
        parsing.label = chosen


def _seconds(call: Callable[[Any], object], items: Iterable[Any]) -> float:
    items = list(items)
    start = time.process_time()
    for item in items:
        call(item)
    return (time.process_time() - start) / len(items)


def _tag(text: str) -> object:
    try:
        return usaddress.tag(text)
    except usaddress.RepeatedLabelError:
        return None


def _cold(text: str) -> object:
    return parsing._parse.__wrapped__(text, "", "", "")  # noqa: SLF001


def first(count: int = 4_000) -> dict[str, object]:
    """Cold parsing from the first address of a fresh process on, as ratios to ``usaddress.tag``.

    Plain delivery lines and full addresses are made up here, the others are the labelled ones.
    """
    labelled = sorted({row[side] for row in rows("addresses") for side in ("first", "second")})
    random.Random(7).shuffle(labelled)
    lines, addresses = _made_up(count)
    sets = {"delivery lines": lines, "full addresses": addresses, "labelled addresses": labelled[:count]}
    code = """
import json, sys, time
import usaddress
from skiptrace.matching.addresses import parse_address
def seconds(call, texts):
    began = time.process_time()
    for text in texts:
        try:
            call(text)
        except usaddress.RepeatedLabelError:
            pass
    return time.process_time() - began
texts = json.load(sys.stdin)
chunks = [texts[at:at + 400] for at in range(0, len(texts), 400)]
times = [(seconds(usaddress.tag, chunk), seconds(parse_address, chunk)) for chunk in chunks]
tag, parse = map(sum, zip(*times))
print(json.dumps([tag / parse, times[0][0] / times[0][1]]))
"""
    found = {}
    for name, texts in sets.items():
        given = json.dumps(texts)
        command = [sys.executable, "-c", code]
        runs = [
            json.loads(subprocess.run(command, input=given, capture_output=True, check=True, text=True).stdout)
            for _ in range(3)
        ]
        medians = [round(statistics.median(column), 2) for column in zip(*runs, strict=True)]
        found[name] = dict(zip(("all", "the first 400"), medians, strict=True))
    return found


def _made_up(count: int) -> tuple[list[str], list[str]]:
    """Delivery lines of invented streets, and as many full addresses."""
    rng = random.Random(11)
    lines, addresses = [], []
    for _ in range(count):
        name = " ".join(rng.sample(_STREET_WORDS, rng.choice((1, 1, 2))))
        if rng.random() < 0.1:
            name = ordinal(rng.randrange(1, 200))
        direction, suffix = rng.choice(("", "", "", "N ", "SW ")), rng.choice(("St", "Ave", "Rd", "Dr", "Ct", "Lane"))
        unit = rng.choice(("", "", "", "", f" Apt {rng.randrange(1, 400)}", f" #{rng.randrange(1, 90)}"))
        line = f"{rng.randrange(1, 10 ** rng.randrange(2, 6))} {direction}{name} {suffix}{unit}"
        line = "PO Box " + str(rng.randrange(1, 9_999)) if rng.random() < 0.03 else line
        lines.append(rng.choice((line, line.upper())))
        addresses.append(f"{line}, {rng.choice(_PLACES)}")
    return lines, addresses


def start() -> dict[str, object]:
    """Import and first use in fresh processes: median seconds, CPU seconds and added peak memory."""
    code = """
import json, re, time
def peak(field):
    return int(re.search(field + r":\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
began, busy, before = time.perf_counter(), time.process_time(), peak("VmRSS")
from skiptrace.matching.addresses import compare_addresses
from skiptrace.matching.names import compare_names
from skiptrace.matching.phones import parse_phone
compare_addresses("12 Elm Stret, Ames IA 50010", "12 Elm St Apt 3, Ames IA")
compare_addresses("Kestrel House 12 Elm St Ames", "12 Elm St, Ames")
compare_names("Bill Hartwell", "William Hartwel")
parse_phone("303-555-0142")
print(json.dumps([time.perf_counter() - began, time.process_time() - busy, peak("VmHWM") - before]))
"""
    runs = [
        json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout)
        for _ in range(5)
    ]
    medians = [round(statistics.median(column), 3) for column in zip(*runs, strict=True)]
    return dict(zip(("seconds", "CPU seconds", "MB"), medians, strict=True))


def main() -> None:
    """Run the parts named on the command line, or all, and print them as JSON."""
    parts = {"quality": quality, "soup": soup, "speed": speed, "first": first, "start": start}
    for name in sys.argv[1:] or parts:
        print(json.dumps({name: parts[name]()}, indent=2))


if __name__ == "__main__":
    main()
