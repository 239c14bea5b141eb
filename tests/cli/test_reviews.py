"""``skiptrace reviews``: what waits for a person is listed without values, released, rejected and told by why."""

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


def waiting(capsys: Capsys, home: Path, *more: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(in_process(capsys, home, "reviews", "list", *more, "--json").out)
    return found


def test_a_hold_is_listed_rejected_released_and_told(capsys: Capsys, home: Path) -> None:
    held = next(h for h in waiting(capsys, home) if h["contact_id"])
    about = (held["trace_id"], "--rule", held["rule_id"], "--contact", held["contact_id"], "--reason", "seen")

    assert held in waiting(capsys, home, held["trace_id"], "--rule", held["rule_id"])
    assert in_process(capsys, home, "reviews", "reject", *about, "--by", "sue").code == 0
    assert held not in waiting(capsys, home)
    assert in_process(capsys, home, "reviews", "release", *about, "--by", "sue").code == 0

    told = json.loads(in_process(capsys, home, "why", held["trace_id"], "--json").out)["reviews"]
    assert [(r["verdict"], r["by"], r["reason"]) for r in told] == [
        ("rejected", "sue", "seen"),
        ("released", "sue", "seen"),
    ]
    assert "released by sue" in in_process(capsys, home, "why", held["trace_id"]).out


def test_what_is_not_held_cannot_be_released(capsys: Capsys, home: Path) -> None:
    held = next(h for h in waiting(capsys, home) if h["contact_id"])
    about = (held["trace_id"], "--contact", held["contact_id"], "--reason", "seen")

    assert in_process(capsys, home, "reviews", "release", *about, "--rule", "X-10").code == 3
    assert in_process(capsys, home, "reviews", "release", "nowhere", "--rule", "X-10", "--reason", "seen").code == 2
    card = in_process(capsys, home, "reviews", "release", *about[:3], "--rule", "X-10", "--reason", "4111111111111111")
    assert card.code == 2


def test_a_collector_neither_sees_nor_releases(capsys: Capsys, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKIPTRACE_ROLE", "collector")

    assert in_process(capsys, home, "reviews", "list").code == 3


def test_a_number_whose_area_code_misleads_is_retired_by_whoever_may(
    capsys: Capsys, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = next(h for h in waiting(capsys, home) if h["contact_id"])
    why = in_process(capsys, home, "why", held["trace_id"], "--json")
    result = next(one for one in json.loads(why.out)["contacts"] if one["kind"] == "phone")
    about = ("reviews", "retire", held["trace_id"], "--contact", result["contact_id"], "--reason", "ported")
    told = in_process(capsys, home, *about, "--by", "sue")

    assert told.code == 0, told.err
    assert told.out.startswith("The phone counts no more until ")
    monkeypatch.setenv("SKIPTRACE_ROLE", "collector")
    assert in_process(capsys, home, *about).code == 3
