"""Measures the reference file: building its index, looking subjects up, and (where truth is known) who is found.

    python benchmarks/reference_index.py RECORDS --accounts ACCOUNTS.csv [--truth-records FILE --truth-accounts FILE]

RECORDS is a CSV or Parquet reference file. ACCOUNTS has account_id, first, last, dob, ssn4, address, zip and phone.
Truth, as Parquet: rec_id, person, address_key of each record; account_id, person, current_address_keys (separated by
``§``) of each account.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import resource
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from skiptrace.model import Address, AddressSighting, Answer, Inquiry, Name, PhoneSighting, Subject
from skiptrace.privacy import FieldCipher, KeyRing
from skiptrace.providers import catalog, reference_file
from skiptrace.providers.base import Setup
from skiptrace.providers.http import Wire
from skiptrace.providers.reference_file import ReferenceFile
from skiptrace.providers.reference_values import partial_date


class _Clock:
    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)


def main() -> None:
    given = _arguments()
    with tempfile.TemporaryDirectory() as home:
        before, started, cpu = _peak(), time.perf_counter(), time.process_time()
        provider = _provider(given.records, Path(home))
        print(f"build: {time.perf_counter() - started:.1f} s, {time.process_time() - cpu:.1f} s of CPU")
        print(f"memory: {before} MB before, {_peak()} MB at the peak")
        print(f"on disk: {sum(f.stat().st_size for f in Path(home).rglob('*') if f.is_file()) >> 20} MB")
        started = time.perf_counter()
        provider = _provider(given.records, Path(home))
        print(f"open: {(time.perf_counter() - started) * 1000:.1f} ms")
        with given.accounts.open(encoding="utf-8") as file:
            subjects = {row["account_id"]: _subject(row) for row in csv.DictReader(file)}
        answers = asyncio.run(_look_up(provider, subjects))
    if given.truth_records and given.truth_accounts:
        _recall(answers, given.truth_records, given.truth_accounts)


async def _look_up(provider: ReferenceFile, subjects: dict[str, Subject]) -> dict[str, Answer]:
    answers, spent = {}, {"to_request": [], "send": [], "to_answer": []}
    for account, subject in subjects.items():
        at = [time.process_time()]
        request = provider.to_request("lookup", Inquiry(subject))
        at.append(time.process_time())
        if request is None:
            continue
        reply = await provider.send("lookup", request, _nothing_to_commit)
        at.append(time.process_time())
        answers[account] = provider.to_answer("lookup", reply, "call")
        at.append(time.process_time())
        for step, took in zip(spent, np.diff(at), strict=True):
            spent[step].append(took * 1000)
    for step, times in spent.items():
        print(f"{step}: {np.mean(times):.3f} ms of CPU in the mean, p99 {np.percentile(times, 99):.3f}")
    print(f"records given: {np.mean([len(a.records) for a in answers.values()]):.1f} in the mean")
    return answers


def _recall(answers: dict[str, Answer], truth_records: Path, truth_accounts: Path) -> None:
    mine, place = defaultdict(set), {}
    for row in pq.read_table(truth_records).to_pylist():
        mine[row["person"]].add(str(row["rec_id"]))
        place[str(row["rec_id"])] = row["address_key"]
    accounts = pq.read_table(truth_accounts).to_pylist()
    there = given = any_given = current_there = current_given = 0
    for account in accounts:
        wanted = mine[account["person"]]
        got = {r.record_id for r in answers[str(account["account_id"])].records} & wanted
        now = {record for record in wanted if place[record] in account["current_address_keys"].split("§")}
        there, given, any_given = there + len(wanted), given + len(got), any_given + bool(got)
        current_there, current_given = current_there + bool(now), current_given + bool(now & got)
    count = len(accounts)
    print(f"of the subjects' records in the file, given: {given / there:.4f}")
    print(f"accounts with a record of the subject: {any_given / count:.4f}")
    print(f"accounts with a current address: {current_given / count:.4f} of {current_there / count:.4f} in the file")


def _subject(row: dict[str, str]) -> Subject:
    return Subject(
        names=(Name(row["first"], "", row["last"]),),
        birth_date=partial_date(row["dob"]),
        ssn4=row["ssn4"],
        addresses=(AddressSighting(Address(row["address"], zip_code=row["zip"])),),
        phones=(PhoneSighting(row["phone"]),) if row["phone"] else (),
    )


_WRAPPER = FieldCipher(KeyRing.new())


def _provider(records: Path, home: Path) -> ReferenceFile:
    manifest = catalog.discover()["reference_file"]
    clock = _Clock()
    return reference_file.build(
        manifest, Setup(Wire(clock), clock, home, options={"file": str(records)}, wrapper=_WRAPPER)
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


async def _nothing_to_commit() -> None:
    """A file is never charged."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path)
    parser.add_argument("--accounts", type=Path, required=True)
    parser.add_argument("--truth-records", type=Path)
    parser.add_argument("--truth-accounts", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
