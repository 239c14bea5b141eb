"""The examiner's task, and the privacy officer's, from the command line."""

from __future__ import annotations

import json
import os
import pwd
import sqlite3
from pathlib import Path

import pytest

from skiptrace.privacy.retention import Kind
from tests.cli.command import PURPOSE, REFERENCE, Said, in_process
from tests.intake.placement import FIXTURE

Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path, capsys: Capsys) -> Path:
    """A home with a finished batch."""
    out = ("--out", tmp_path / "out", "--reference", REFERENCE)
    assert in_process(capsys, tmp_path / "home", "batch", "run", FIXTURE, *PURPOSE, *out).code == 0
    return tmp_path / "home"


def found_in(home: Path) -> dict[str, str]:
    """Case ids by account id."""
    lines = (home.parent / "out" / "results.jsonl").read_text().splitlines()
    return {row["account_id"]: row["case_id"] for row in map(json.loads, lines)}


def export(capsys: Capsys, home: Path, out: Path, account: str = "P-1001") -> Said:
    return in_process(capsys, home, "audit", "export", "--case", found_in(home)[account], "--out", out)


def test_the_trail_verifies_and_a_changed_row_is_named(home: Path, capsys: Capsys) -> None:
    said = in_process(capsys, home, "audit", "verify")
    assert said.code == 0
    assert said.out.startswith("The audit trail holds: ")
    with sqlite3.connect(home / "skiptrace.db") as database:
        database.execute("UPDATE audit SET actor = 'nobody' WHERE number = 3")
    said = in_process(capsys, home, "audit", "verify")
    assert said.code == 1
    assert "does not verify at row 3" in said.err


def test_an_examiner_checks_a_case_with_the_folder_and_the_public_key_alone(
    home: Path, tmp_path: Path, capsys: Capsys
) -> None:
    key = in_process(capsys, home, "audit", "key").out.strip()
    assert export(capsys, home, tmp_path / "bundle").code == 0
    elsewhere = tmp_path / "elsewhere"
    said = in_process(capsys, elsewhere, "audit", "verify", tmp_path / "bundle", "--public-key", key)
    assert said.code == 0, said.err
    assert not elsewhere.exists(), "no database was made or needed"
    other = in_process(capsys, elsewhere, "audit", "verify", tmp_path / "bundle", "--public-key", "00" * 32)
    assert (other.code, "not signed with this key" in other.err) == (1, True)
    page = tmp_path / "bundle" / "case.html"
    page.write_text(page.read_text().replace("subject", "Subject", 1) + " ")
    said = in_process(capsys, elsewhere, "audit", "verify", tmp_path / "bundle", "--public-key", key)
    assert (said.code, "case.html was changed" in said.err) == (1, True)


def test_the_bundle_holds_the_whole_chain_of_the_case(home: Path, tmp_path: Path, capsys: Capsys) -> None:
    export(capsys, home, tmp_path / "bundle")
    case = json.loads((tmp_path / "bundle" / "case.json").read_text())
    assert case["case"]["account"]["account_id"] == "P-1001"
    assert case["case"]["purpose"]["certified_by"] == "Jane Sample"
    (trace,) = case["traces"]
    assert trace["contacts"]
    assert trace["decisions"]
    calls = {call["call_id"]: call for call in case["calls"]}
    grounds = [ground for contact in trace["contacts"] for ground in contact["grounds"]]
    assert {ground["call_id"] for ground in grounds if ground["call_id"]} <= calls.keys()
    assert all(len(call["reply"]["sha256"]) == 64 for call in calls.values())
    events = [row[2] for row in case["audit"]]
    assert {"cases.accepted", "call.local", "trace.kept", "audit.exported"} <= set(events)
    assert all(row[3] for row in case["audit"]), "each row says who acted"
    me = pwd.getpwuid(os.getuid()).pw_name
    assert {tuple(row[8:]) for row in case["audit"]} == {(f"os_user {me}", "unknown")}, "and how they signed in"
    assert f"os_user {me}; unknown" in (tmp_path / "bundle" / "case.html").read_text()
    prov = json.loads((tmp_path / "bundle" / "prov.json").read_text())
    used = {relation["prov:usedEntity"] for relation in prov["wasDerivedFrom"].values()}
    assert used <= prov["entity"].keys()
    assert {r["prov:activity"] for r in prov["wasGeneratedBy"].values()} <= prov["activity"].keys()
    assert len(prov["wasGeneratedBy"]) >= len(trace["contacts"]) + len(calls)


def test_a_case_of_another_tenant_is_not_exported(
    home: Path, tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKIPTRACE_TENANT", "another")
    said = export(capsys, home, tmp_path / "bundle")
    assert (said.code, "is not known here" in said.err) == (2, True)
    assert not (tmp_path / "bundle").exists()


def test_t64_a_providers_calls_are_laid_beside_its_invoice(home: Path, tmp_path: Path, capsys: Capsys) -> None:
    invoice = tmp_path / "invoice.csv"
    invoice.write_text("date,product,amount\n2026-03-02,lookup,0.25\n")
    days = ("--from", "2020-01-01", "--to", "2099-12-31")
    said = in_process(
        capsys, home, "audit", "export", "--provider", "reference_file", *days, "--invoice", invoice,
        "--out", tmp_path / "bundle", "--json",
    )  # fmt: skip
    assert said.code == 0, said.err
    counted = {key: value for key, value in json.loads(said.out).items() if key != "out"}
    assert counted == {"matched": 0, "only_ours": 0, "only_theirs": 1, "in_doubt": 0}
    assert len(json.loads((tmp_path / "bundle" / "calls.json").read_text())) > 0
    assert in_process(capsys, home, "audit", "verify", tmp_path / "bundle").code == 0


def signed(capsys: Capsys, home: Path, *account: str) -> str:
    """The id of a request to erase that somebody else has signed."""
    said = in_process(capsys, home, "privacy", "ask-erasure", *account, "--reason", "R-17", "--json")
    asked = str(json.loads(said.out)["approval_id"])
    shown = json.loads(in_process(capsys, home, "access", "approvals", "--by", "second", "--json").out)
    wanted = {"account_id": account[-1], "reason": "R-17"}
    assert ("erase", wanted) in [(a["action"], a["request"]) for a in shown if a["approval_id"] == asked]
    assert "R-17" in in_process(capsys, home, "access", "approvals", "--by", "second").out
    assert in_process(capsys, home, "access", "approve", asked, "--by", "second").code == 0
    return asked


def test_nobody_erases_alone_nor_another_account_than_was_signed(home: Path, capsys: Capsys) -> None:
    ask = ("privacy", "ask-erasure", "--account", "P-1002", "--reason", "R-17", "--json")
    unsigned = json.loads(in_process(capsys, home, *ask).out)["approval_id"]
    ours = signed(capsys, home, "--account", "P-1002")
    erase = ("privacy", "erase", "--reason", "R-17", "--approval")

    assert in_process(capsys, home, *erase, unsigned, "--account", "P-1002").code == 3
    assert in_process(capsys, home, "access", "approve", unsigned).code == 2, "nobody signs their own request"
    assert in_process(capsys, home, *erase, ours, "--account", "P-1003").code == 3
    said = in_process(capsys, home, "privacy", "erase", "--reason", "R-18", "--approval", ours, "--account", "P-1002")
    assert (said.code, "second person" in said.err) == (3, True)


def test_a_held_account_is_refused_by_the_rule_and_then_erased(home: Path, tmp_path: Path, capsys: Capsys) -> None:
    account = ("--account", "P-1001")
    assert in_process(capsys, home, "privacy", "hold", *account, "--reason", "matter 12").code == 0
    assert "matter 12" in in_process(capsys, home, "privacy", "holds").out
    erase = ("privacy", "erase", *account, "--reason", "R-17", "--approval")
    said = in_process(capsys, home, *erase, signed(capsys, home, *account))
    assert (said.code, "legal hold" in said.err) == (3, True)
    assert in_process(capsys, home, "privacy", "release", *account).code == 0
    said = in_process(capsys, home, *erase, signed(capsys, home, *account), "--json")
    assert json.loads(said.out)["cases"] == 1
    assert export(capsys, home, tmp_path / "bundle").code == 2
    assert in_process(capsys, home, "why", "--account", "P-1001").code == 2
    assert in_process(capsys, home, "audit", "verify").code == 0


def test_after_a_rotation_everything_opens_as_before(home: Path, tmp_path: Path, capsys: Capsys) -> None:
    said = in_process(capsys, home, "privacy", "rotate")
    assert said.code == 0, said.err
    assert said.out.startswith("The keys of 6 cases are wrapped with the active key, k2.")
    assert json.loads((home / "keys.json").read_text())["active"] == "k2"
    assert export(capsys, home, tmp_path / "bundle").code == 0
    assert "k3" in in_process(capsys, home, "privacy", "rotate").out


def test_a_dry_run_of_retention_names_every_rule(home: Path, capsys: Capsys) -> None:
    rows = json.loads(in_process(capsys, home, "privacy", "retain", "--dry-run", "--json").out)
    assert [row["rule"] for row in rows] == list(Kind)
    assert rows[0]["count"] == 6
