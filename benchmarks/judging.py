"""CPU time of judging: the first case, one case at a time, and cases together as a batch judges them.

    python -m benchmarks.judging FOLDER [--accounts 300]

FOLDER holds accounts and candidates as Parquet, with the columns of `skiptrace match`. The first case is cold. "New"
are cases whose texts were parsed before, as in a batch that has seen the file, and whose records were not; "read" are
cases whose records were read and never judged; "again" are cases that were judged before, as after an answer that
brought nothing new. Every case is timed once, with garbage
collected as usual. "Explained" reads all evidence of the judgement besides. Give 5,000 accounts for a p99 of two
thousand cases.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from skiptrace.matching import Question, judge_together
from skiptrace.matching.cases import persons_of
from skiptrace.matching.spelling import date_parts
from skiptrace.model import Address, AddressSighting, Name, PartialDate, PhoneSighting, SourceRecord, Subject

Row = dict[str, Any]


def name_of(row: Row) -> tuple[Name, ...]:
    return (Name(row["first"] or "", row["middle"] or "", row["last"] or "", row["suffix"] or ""),)


def born(row: Row) -> PartialDate | None:
    year, month, day = date_parts(row["dob"] or "")
    try:
        return PartialDate(year, month, day if month else 0) if year else None
    except ValueError:  # a mistyped day that the month does not have
        return PartialDate(year, month)


def year(value: int | None) -> PartialDate | None:
    return PartialDate(int(value)) if value else None


def address(row: Row, first: int | None, last: int | None) -> tuple[AddressSighting, ...]:
    line = Address(row["address"] or "", row["unit"] or "", row["city"] or "", row["state"] or "", row["zip"] or "")
    return (AddressSighting(line, year(first), year(last)),)


def phones(row: Row, last: int | None) -> tuple[PhoneSighting, ...]:
    return (PhoneSighting(row["phone"], last_seen=year(last)),) if row["phone"] else ()


def questions(folder: Path, count: int) -> Iterator[Question]:
    candidates: dict[str, list[Row]] = {}
    for row in pq.read_table(folder / "candidates.parquet").to_pylist():
        candidates.setdefault(row["account_id"], []).append(row)
    for row in pq.read_table(folder / "accounts.parquet").slice(0, count).to_pylist():
        last = row["account_year"]
        subject = Subject(
            name_of(row),
            born(row),
            ssn4=row["ssn4"] or "",
            addresses=address(row, None, last),
            phones=phones(row, last),
        )
        records = [
            SourceRecord(
                str(found["rec_id"]),
                "file",
                found["provider"],
                names=name_of(found),
                birth_date=born(found),
                ssn4=found["ssn4"] or "",
                addresses=address(found, found["first_seen"], found["last_seen"]),
                phones=phones(found, found["phone_last_seen"]),
            )
            for found in candidates.get(row["account_id"], ())
        ]
        yield Question(subject, records, date(int(row["as_of"]), 7, 1))


def milliseconds(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return (time.process_time() - started) * 1000


def together(cases: Sequence[Question], size: int) -> float:
    return milliseconds(lambda: [judge_together(cases[n : n + size]) for n in range(0, len(cases), size)]) / len(cases)


def explained(cases: Sequence[Question]) -> None:
    for judgement in judge_together(cases):
        for judged in (*judgement.matches, *judgement.contacts):
            judged.evidence  # noqa: B018 - it is written when it is read


def unseen(case: Question) -> Question:
    """The same case of records that nobody has read, after its texts were parsed."""
    judge_together([case])
    return replace(case, subject=replace(case.subject), records=[replace(record) for record in case.records])


def new(case: Question, run: Callable[[Sequence[Question]], object]) -> float:
    unread = unseen(case)
    return milliseconds(lambda: run([unread]))


def read(case: Question, run: Callable[[Sequence[Question]], object]) -> float:
    unjudged = unseen(case)
    persons_of(unjudged)
    return milliseconds(lambda: run([unjudged]))


def again(case: Question, run: Callable[[Sequence[Question]], object]) -> float:
    judge_together([case])
    return milliseconds(lambda: run([case]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--accounts", type=int, default=300)
    given = parser.parse_args()
    cases = list(questions(given.folder, given.accounts))
    print(f"first case, cold: {milliseconds(lambda: judge_together(cases[:1])):.0f} ms")
    judge_together(cases)
    twenty = [case for case in cases if 18 <= len(case.records) <= 22]
    for label, timed, run in (
        ("new", new, judge_together),
        ("read", read, judge_together),
        ("again", again, judge_together),
        ("new, explained", new, explained),
    ):
        single = [timed(case, run) for case in twenty]
        print(
            f"{len(twenty)} cases of 18 to 22 records, one by one, {label}: median {np.median(single):.2f}, p99 "
            f"{np.percentile(single, 99):.2f} ms"
        )
    for size in (1, 4, 16):
        print(f"all {len(cases)} cases, {size} together: {together(cases, size):.2f} ms per case")


if __name__ == "__main__":
    main()
