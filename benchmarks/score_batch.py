"""Score a batch against known truth: is the top address current, do verified contacts belong to the person?

    python benchmarks/score_batch.py RESULTS.jsonl TRUTH_ACCOUNTS.parquet TRUTH_RECORDS.parquet

TRUTH_ACCOUNTS has account_id, person, current_address_keys and current_phones (several separated by a section sign);
TRUTH_RECORDS has rec_id, person and address_key. An address is right when a record that supports it carries one of the
account's current keys; a phone when it is one of the current phones; a verified contact belongs to the person when a
record that supports it is theirs.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq


def main(results: str, truth_accounts: str, truth_records: str) -> dict[str, object]:
    accounts = {str(row["account_id"]): row for row in pq.read_table(truth_accounts).to_pylist()}
    table = pq.read_table(truth_records, columns=["rec_id", "person", "address_key"]).to_pydict()
    records = {str(r): (p, k) for r, p, k in zip(table["rec_id"], table["person"], table["address_key"], strict=True)}
    tally: Counter[str] = Counter()
    claims: list[tuple[float, bool]] = []
    for line in Path(results).read_text(encoding="utf-8").splitlines():
        result = json.loads(line)
        truth = accounts[str(result["account_id"])]
        tally["accounts"] += 1
        tally.update(score_one(result["contacts"], truth, records, claims))
    n = tally["accounts"]
    return {
        "accounts": n,
        "top_address_current": round(tally["address_right"] / len(accounts), 4),
        "top_address_given": round(tally["address_given"] / len(accounts), 4),
        "top_phone_current": round(tally["phone_right"] / len(accounts), 4),
        "verified_contacts": tally["verified"],
        "verified_of_the_person": round(tally["verified_own"] / max(1, tally["verified"]), 4),
        "accounts_with_a_verified_contact": round(tally["located"] / len(accounts), 4),
        "top_address_calibration_error": calibration_error(claims),
    }


def score_one(
    contacts: list[dict[str, object]],
    truth: dict[str, object],
    records: dict[str, tuple[str, str]],
    claims: list[tuple[float, bool]],
) -> Counter[str]:
    tally: Counter[str] = Counter()
    keys = set(str(truth["current_address_keys"]).split("§")) - {""}
    phones = set(str(truth["current_phones"]).split("§")) - {""}
    addresses = [c for c in contacts if c["kind"] == "address"]
    numbers = [c for c in contacts if c["kind"] == "phone"]
    if addresses:
        right = any(records[r][1] in keys for r in supporting(addresses[0], records))
        tally["address_given"] += 1
        tally["address_right"] += right
        claims.append((float(str(addresses[0]["probability"])), right))
    if numbers:
        tally["phone_right"] += str(numbers[0]["value"])[-10:] in phones
    for contact in contacts:
        if contact["status"] == "verified":
            tally["verified"] += 1
            tally["verified_own"] += any(records[r][0] == truth["person"] for r in supporting(contact, records))
    tally["located"] += any(c["status"] == "verified" for c in contacts)
    return tally


def supporting(contact: dict[str, object], records: dict[str, tuple[str, str]]) -> Iterable[str]:
    evidence = contact["evidence"]
    assert isinstance(evidence, list)
    return [str(e["record_id"]) for e in evidence if str(e["record_id"]) in records]


def calibration_error(claims: list[tuple[float, bool]], bins: int = 15) -> float:
    """Expected calibration error over bins of equal mass."""
    p, hit = np.array([c[0] for c in claims]), np.array([c[1] for c in claims], dtype=float)
    parts = np.array_split(np.argsort(p, kind="stable"), bins)
    return round(float(sum(len(i) / len(p) * abs(hit[i].mean() - p[i].mean()) for i in parts if len(i))), 4)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    print(json.dumps(main(*sys.argv[1:]), indent=1))
