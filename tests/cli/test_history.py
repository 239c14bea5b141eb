"""``skiptrace history`` and ``can-use``: what is reported changes what may be done, at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import PURPOSE, REFERENCE, in_process
from tests.intake.placement import FIXTURE

Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def home(capsys: Capsys, tmp_path: Path) -> Path:
    """A home in which the fixture's accounts have been traced."""
    out = ("--out", tmp_path / "out", "--reference", REFERENCE)
    assert in_process(capsys, tmp_path / "home", "batch", "run", FIXTURE, *PURPOSE, *out).code == 0
    return tmp_path / "home"


def found_phone(folder: Path) -> tuple[str, int, str]:
    """Account, rank and value of a phone on which a manual call is granted."""
    for line in (folder / "out" / "results.jsonl").read_text().splitlines():
        result = json.loads(line)
        for rank, contact in enumerate(result["contacts"], 1):
            if contact["kind"] == "phone" and contact["grants"]:
                return result["account_id"], rank, contact["value"]
    raise AssertionError("the fixture has no phone with a grant")


def reported(folder: Path, *events: dict[str, object]) -> Path:
    file = folder / "events.jsonl"
    file.write_text("".join(json.dumps(event) + "\n" for event in events))
    return file


def ask(capsys: Capsys, home: Path, account: str, rank: int, channel: str = "voice_manual") -> dict[str, object]:
    said = in_process(capsys, home, "can-use", account, rank, channel, "--account", "--json")
    answer: dict[str, object] = json.loads(said.out)
    assert said.code == (0 if answer["allowed"] else 3)
    return answer


def test_a_refusal_closes_the_channel_at_once(capsys: Capsys, home: Path, tmp_path: Path) -> None:
    account, rank, value = found_phone(tmp_path)
    before = ask(capsys, home, account, rank)
    assert before["windows"]
    refusal = {
        "event_id": "e-1",
        "account_id": account,
        "kind": "refusal",
        "at": "2024-11-01T10:00:00Z",
        "channels": ["voice_manual"],
        "value": value,
    }
    said = in_process(capsys, home, "history", "record", reported(tmp_path, refusal))
    assert said.code == 0
    after = ask(capsys, home, account, rank)
    assert not after["allowed"]
    assert "B-13" in str(after["reasons"])
    assert after["windows"] == []


def test_a_file_may_be_sent_again(capsys: Capsys, home: Path, tmp_path: Path) -> None:
    account, _, _ = found_phone(tmp_path)
    event = {
        "event_id": "e-1",
        "account_id": account,
        "kind": "attempt",
        "at": "2024-11-01T10:00:00Z",
        "channel": "mail",
    }
    file = reported(tmp_path, event)
    first = json.loads(in_process(capsys, home, "history", "record", file, "--json").out)
    second = json.loads(in_process(capsys, home, "history", "record", file, "--json").out)
    assert (first["new"], second["new"], second["known"]) == (1, 0, 1)
    shown = json.loads(in_process(capsys, home, "history", "show", account, "--json").out)
    assert [event["kind"] for event in shown] == ["attempt"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "gossip"}, "kind is one of attempt, consent"),
        ({"kind": "residence", "zone": "CST"}, "zone is not an IANA time zone"),
        ({"kind": "attempt", "channel": "voice_manual", "mood": "bad"}, "mood is not a field of this kind"),
        ({"kind": "attempt", "channel": "voice_manual", "at": "2024-11-01T10:00:00"}, "at "),
        ({"kind": "attempt", "channel": "voice_manual", "at": "2099-01-01T10:00:00Z"}, "at lies in the future"),
        ({"kind": "refusal", "channels": ["sms"], "value": "555"}, "value has 3 digits"),
        ({"kind": "account", "facts": {"cease": "maybe"}}, "facts.cease"),
    ],
)
def test_a_wrong_line_is_named_and_the_others_are_kept(
    capsys: Capsys, tmp_path: Path, change: dict[str, object], told: str
) -> None:
    right = {"event_id": "e-1", "account_id": "A-1", "at": "2024-11-01T10:00:00Z"}
    good = right | {"event_id": "e-2", "kind": "attempt", "channel": "mail"}
    said = in_process(capsys, tmp_path / "home", "history", "record", reported(tmp_path, right | change, good))
    assert said.code == 2
    assert "1 events: 1 new" in said.out
    assert f"line 1: {told}" in said.out


def test_a_time_without_zone_is_refused(capsys: Capsys, home: Path, tmp_path: Path) -> None:
    account, rank, _ = found_phone(tmp_path)
    command = ("can-use", account, rank, "voice_manual", "--account", "--at", "2026-11-02T10:30")
    said = in_process(capsys, home, *command)
    assert said.code == 2
    assert "--at" in said.err
