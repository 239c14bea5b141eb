"""``skiptrace rules``: what stands in the rule files, and what a change would do to stored cases."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from tests.cli.command import PURPOSE, REFERENCE, Said, in_process
from tests.intake.placement import FIXTURE

Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A copy of the shipped rule files, to be changed."""
    shipped = resources.files("skiptrace.compliance") / "rules"
    with resources.as_file(shipped) as folder:
        return Path(shutil.copytree(folder, tmp_path / "rules"))


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def rehearsed(capsys: Capsys, home: Path, folder: Path) -> dict[str, object]:
    said = in_process(capsys, home, "rules", "rehearse", folder, "--reference", REFERENCE, "--json")
    assert said.code == 0
    found: dict[str, object] = json.loads(said.out)
    return found


@pytest.fixture
def home(capsys: Capsys, tmp_path: Path) -> Path:
    """A home in which the fixture's accounts have been traced."""
    out = ("--out", tmp_path / "out", "--reference", REFERENCE)
    said = in_process(capsys, tmp_path / "home", "batch", "run", FIXTURE, *PURPOSE, *out)
    assert said.code == 0
    return tmp_path / "home"


def test_the_list_names_every_rule_with_citation_mark_and_override(capsys: Capsys, tmp_path: Path) -> None:
    said = in_process(capsys, tmp_path, "rules", "list", "--json")
    rules = json.loads(said.out)["rules"]
    assert len(rules) > 80
    assert all(rule["citation"] and rule["statement"] and rule["mark"] and rule["override"] for rule in rules)


def test_one_rule_shows_its_effects(capsys: Capsys, tmp_path: Path) -> None:
    said = in_process(capsys, tmp_path, "rules", "show", "x-03")
    assert "11 USC 362(a)(6)" in said.out
    assert "when sure_match" in said.out


def test_an_unknown_rule_is_bad_usage(capsys: Capsys, tmp_path: Path) -> None:
    said: Said = in_process(capsys, tmp_path, "rules", "show", "X-99")
    assert said.code == 2
    assert "skiptrace rules list" in said.err


def test_the_same_rules_change_nothing(capsys: Capsys, home: Path, changed: Path) -> None:
    found = rehearsed(capsys, home, changed)
    assert found["traces"]
    assert found["changes"] == []


def test_a_stricter_contact_rule_shows_the_channel_that_would_go(capsys: Capsys, home: Path, changed: Path) -> None:
    edit(changed, "3_contacts.toml", 'id = "B-18"', 'id = "B-18"\nenabled = false')
    found = rehearsed(capsys, home, changed)
    changes = found["changes"]
    assert isinstance(changes, list)
    assert changes
    assert {(c["before"], c["after"]) for c in changes} == {("mail", "no channel")}
    assert all(c["about"].startswith("address") for c in changes)


def test_rules_that_hold_a_fact_end_cases_and_name_themselves(capsys: Capsys, home: Path, changed: Path) -> None:
    edit(changed, "7_profile.toml", "strict = false", "strict = true")
    found = rehearsed(capsys, home, changed)
    changes = found["changes"]
    assert isinstance(changes, list)
    held = [c for c in changes if c["about"] == "case" and c["after"] == "held"]
    assert held
    assert all("X-01" in c["rules"] for c in held)
    assert found["rules_now"] != found["rules_then"]


def test_rehearsing_leaves_the_store_as_it_is(capsys: Capsys, home: Path, changed: Path) -> None:
    edit(changed, "7_profile.toml", "strict = false", "strict = true")
    first = rehearsed(capsys, home, changed)
    assert rehearsed(capsys, home, changed) == first


def test_a_provider_that_is_not_set_up_is_named(capsys: Capsys, home: Path, changed: Path) -> None:
    said = in_process(capsys, home, "rules", "rehearse", changed)
    assert said.code == 2
    assert "reference_file was asked in this trace" in said.err


def test_an_override_is_written_down_and_refused_where_the_rule_forbids_it(capsys: Capsys, home: Path) -> None:
    until = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()

    def override(rule: str, *more: str) -> Said:
        given = ("--account", "P-1001", "--reason", "verified", "--until", until, *more, "--json")
        return in_process(capsys, home, "rules", "override", rule, *given)

    said = override("X-08", "--by", "sue")
    assert (said.code, json.loads(said.out)["rule_id"]) == (0, "X-08")
    assert [override(rule).code for rule in ("X-10", "X-03", "X-99")] == [3, 3, 2]
    assert override("X-03", "--document", "order-26-0142").code == 0
    shown = json.loads(in_process(capsys, home, "history", "show", "P-1001", "--json").out)
    assert (shown[0]["kind"], shown[0]["by"]) == ("override", "sue")
