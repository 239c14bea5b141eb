"""A bundle convinces somebody who has only the folder and the public key, and no changed bundle does."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from skiptrace.errors import BadInput
from skiptrace.privacy import AuditEvent, BadCheckpoint, ChainBroken, KeyRing, Signer, chain
from skiptrace.privacy.audit import START
from skiptrace.privacy.bundles import BundleBroken, check_bundle, write_bundle
from skiptrace.privacy.proofs import Segment, check_segments

RING = KeyRing.new()
SIGNER = Signer(RING)
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVENTS = [AuditEvent(AT + timedelta(seconds=n), "call.sent", f"call-{n}", "0.25 USD", "jane") for n in range(30)]
ROWS = tuple(chain(RING.derive("audit chain"), 0, START, EVENTS))
SEGMENT = Segment(4, ROWS[3].hash, ROWS[4:20], frozenset({5, 9, 20}), SIGNER.checkpoint(20, ROWS[19].hash, AT))


def proof() -> list[object]:
    return list(orjson.loads(orjson.dumps([SEGMENT.to_json()])))


def test_the_rows_in_question_are_proved_and_the_others_stay_unseen() -> None:
    shown = check_segments(proof(), SIGNER.public_key)  # type: ignore[arg-type]
    assert [row[0] for row in shown] == [5, 9, 20]
    assert b"call-10" not in orjson.dumps(proof())


def test_every_change_of_a_proof_is_found() -> None:
    whole, dice = orjson.dumps(proof()), random.Random(2)
    for _ in range(300):
        at = dice.randrange(len(whole))
        changed = (
            whole[:at] + bytes([dice.choice([c for c in b"0123456789abcdef" if c != whole[at]])]) + whole[at + 1 :]
        )
        try:
            read = orjson.loads(changed)
        except orjson.JSONDecodeError:
            continue
        with pytest.raises((ChainBroken, BadCheckpoint)):
            check_segments(read, SIGNER.public_key)


def test_a_row_that_was_left_out_is_missed() -> None:
    segment = SEGMENT.to_json()
    del segment["rows"][3]
    with pytest.raises(ChainBroken):
        check_segments([segment], SIGNER.public_key)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    files = {"case.json": b'{"case": 1}', "proof.json": orjson.dumps(proof())}
    write_bundle(tmp_path / "out", files, "case 1", SIGNER, AT)
    return tmp_path / "out"


def test_a_bundle_holds_as_it_was_written(bundle: Path) -> None:
    checked = check_bundle(bundle, SIGNER.public_key)
    assert (checked.files, checked.rows, checked.public_key) == (2, 3, SIGNER.public_key)
    assert check_bundle(bundle, None).public_key == SIGNER.public_key


@pytest.mark.parametrize("name", ["case.json", "proof.json", "manifest.json", "manifest.sig"])
def test_a_changed_or_missing_file_is_found(bundle: Path, name: str) -> None:
    whole = (bundle / name).read_bytes()
    for changed in (whole[:-2], whole.replace(b"1", b"2", 1), b""):
        (bundle / name).write_bytes(changed)
        with pytest.raises(BundleBroken):
            check_bundle(bundle, SIGNER.public_key)
    (bundle / name).unlink()
    with pytest.raises(BundleBroken):
        check_bundle(bundle, SIGNER.public_key)


def test_a_file_that_was_slipped_in_is_found(bundle: Path) -> None:
    (bundle / "also.json").write_text("{}")
    with pytest.raises(BundleBroken, match=r"also\.json is not part of the bundle"):
        check_bundle(bundle, SIGNER.public_key)


def test_a_bundle_of_somebody_else_is_not_ours(bundle: Path) -> None:
    with pytest.raises(BundleBroken, match="not signed with this key"):
        check_bundle(bundle, Signer(KeyRing.new()).public_key)


def test_nothing_is_written_over(bundle: Path) -> None:
    with pytest.raises(BadInput, match="not an empty folder"):
        write_bundle(bundle, {}, "case 2", SIGNER, AT)
