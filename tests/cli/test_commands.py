"""What each command does, as a user sees it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from skiptrace.cli.main import app
from tests.cli.command import PURPOSE, REFERENCE, Said, environment, in_process
from tests.intake.placement import FIXTURE

Capsys = pytest.CaptureFixture[str]


def batch(capsys: Capsys, folder: Path, *more: object) -> Said:
    out = ("--out", folder / "out", "--reference", REFERENCE)
    return in_process(capsys, folder / "home", "batch", "run", FIXTURE, *PURPOSE, *out, *more)


def results(folder: Path) -> dict[str, dict[str, object]]:
    lines = (folder / "out" / "results.jsonl").read_text().splitlines()
    return {found["account_id"]: found for found in map(json.loads, lines)}


@pytest.mark.parametrize(
    "command",
    [
        "demo",
        "lookup",
        "match",
        "batch",
        "batch run",
        "why",
        "outcome",
        "providers",
        "providers list",
        "providers check",
        "rules list",
        "rules show",
        "rules rehearse",
        "can-use",
        "reviews list",
        "access approvals",
        "reviews release",
        "reviews reject",
        "reviews retire",
        "privacy disclose",
        "privacy affected",
        "third-party list",
        "third-party ask",
        "find",
        "history record",
        "history show",
        "sandbox",
    ],
)
def test_every_command_has_help(capsys: Capsys, tmp_path: Path, command: str) -> None:
    said = in_process(capsys, tmp_path, *command.split(), "--help")

    assert said.code == 0
    assert said.out.startswith(f"Usage: skiptrace {command} ")
    assert "--help" in said.out


def test_every_command_that_prints_results_can_print_json() -> None:
    for command in app.registered_commands:
        assert command.callback is not None
        if command.name not in {"sandbox", "worker", "serve"}:
            assert "as_json" in command.callback.__annotations__, command.name


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom skiptrace.cli.main import run\n"
        "try:\n    run(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'pyarrow', 'pydantic', 'sqlalchemy', 'matplotlib', 'rich', 'httpx'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment())

    assert done.stdout.splitlines()[-1] == "[]"


def test_a_batch_writes_results_problems_and_a_report(capsys: Capsys, tmp_path: Path) -> None:
    said = batch(capsys, tmp_path, "--json")

    told = json.loads(said.out)
    assert said.code == 0
    assert (told["accounts"], told["accepted"], told["rejected"], told["complete"]) == (6, 6, 0, True)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names >= {"results.jsonl", "results.csv", "results.parquet", "rejects.csv", "warnings.csv", "report.html"}


def test_a_debtor_who_moved_is_found_with_the_records_that_say_so(capsys: Capsys, tmp_path: Path) -> None:
    batch(capsys, tmp_path)

    contacts = results(tmp_path)["P-1001"]["contacts"]
    assert isinstance(contacts, list)
    address = next(contact for contact in contacts if contact["kind"] == "address")
    assert "PECAN GROVE" in address["value"].upper()
    assert {"r1", "r2"} <= {ground["record_id"] for ground in address["evidence"]}
    assert address["on_account"] is False
    assert {ground["provider"] for ground in address["evidence"]} == {"reference_file"}


def test_a_closed_account_is_refused_and_says_by_which_rule(capsys: Capsys, tmp_path: Path) -> None:
    batch(capsys, tmp_path)

    closed = results(tmp_path)["P-1004"]
    assert (closed["stop_reason"], closed["contacts"], closed["steps"]) == ("refused", [], [])
    assert "X-10" in str(closed["stop_detail"])


def test_the_same_batch_again_takes_the_results_from_the_store(capsys: Capsys, tmp_path: Path) -> None:
    batch(capsys, tmp_path)
    first = results(tmp_path)

    said = batch(capsys, tmp_path, "--json")

    assert json.loads(said.out)["finished_earlier"] == 6
    assert results(tmp_path) == first


def test_a_dry_run_prices_the_file_and_writes_nothing(capsys: Capsys, tmp_path: Path) -> None:
    where = ("--out", tmp_path / "out", "--sandbox", "http://127.0.0.1:9", "--dry-run", "--json")

    said = in_process(capsys, tmp_path / "home", "batch", "run", FIXTURE, *PURPOSE, *where)

    told = json.loads(said.out)
    assert said.code == 0
    assert told["rows"] == 6
    assert told["barred"][0]["rule_id"] == "X-10"
    assert 0 < told["expected_cost"] < told["worst_cost"]
    assert not (tmp_path / "out").exists()


def test_lookup_shows_contacts_reasons_and_whether_to_call(capsys: Capsys, tmp_path: Path) -> None:
    source = ("--file", FIXTURE, "--account", "P-1001", "--reference", REFERENCE)

    said = in_process(capsys, tmp_path / "home", "lookup", *PURPOSE, *source)

    assert said.code == 0
    assert "PECAN GROVE" in said.out.upper()
    for part in ("+12145550117", "call now:", "bits", "channels:", "Cost $0.00", "skiptrace why"):
        assert part in said.out, part


def test_lookup_takes_a_json_file_and_options_overrule_it(capsys: Capsys, tmp_path: Path) -> None:
    case = {
        "account_id": "7",
        "first": "Marion",
        "last": "Okafor",
        "ssn4": "0142",
        "balance": 500,
        "account_state": "open",
    }
    (tmp_path / "case.json").write_text(json.dumps({**case, "debt_origin": "credit", "dob": "1971-05-23"}))
    common = (tmp_path / "case.json", *PURPOSE, "--reference", REFERENCE, "--json")

    found = in_process(capsys, tmp_path / "home", "lookup", *common)
    closed = in_process(capsys, tmp_path / "home", "lookup", *common, "--account-state", "closed")

    assert found.code == 0
    assert json.loads(found.out)["contacts"]
    assert closed.code == 3
    assert json.loads(closed.out)["stop_reason"] == "refused"


def test_lookup_says_what_is_missing(capsys: Capsys, tmp_path: Path) -> None:
    said = in_process(capsys, tmp_path / "home", "lookup", *PURPOSE, "--first", "Marion", "--last", "Okafor")

    assert said.code == 2
    assert said.err.strip() == "skiptrace: account_id: is missing; balance: is missing; account_state: is missing"


def test_why_leads_from_the_contact_to_the_digest_of_the_reply(capsys: Capsys, tmp_path: Path) -> None:
    batch(capsys, tmp_path)
    trace_id = results(tmp_path)["P-1001"]["trace_id"]

    overview = in_process(capsys, tmp_path / "home", "why", trace_id)
    detail = in_process(capsys, tmp_path / "home", "why", "P-1001", "1", "--account")
    told = json.loads(in_process(capsys, tmp_path / "home", "why", trace_id, "1", "--json").out)

    assert f"skiptrace why {trace_id} RANK" in overview.out
    assert "Why this record" in detail.out
    (contact,) = told["contacts"]
    link = contact["chain"][0]
    assert len(link["reply"]["sha256"]) == 64
    assert link["reply"]["sha256"] in detail.out
    assert link["call"]["provider"] == "reference_file"
    assert link["match"]["evidence"]
    assert told["versions"]["matching"]


def test_an_outcome_is_recorded_under_the_contact(capsys: Capsys, tmp_path: Path) -> None:
    batch(capsys, tmp_path)
    trace_id = results(tmp_path)["P-1001"]["trace_id"]

    said = in_process(capsys, tmp_path / "home", "outcome", trace_id, "1", "right-party", "--by", "jane", "--json")

    told = json.loads(said.out)
    assert (told["kind"], told["contact_id"], told["reported_by"]) == ("right_party", f"{trace_id}.1", "jane")


@pytest.mark.parametrize("arguments", [("nobody", "1", "right_party"), ("", "99", "right_party"), ("", "1", "perhaps")])
def test_an_outcome_of_nothing_known_is_refused(capsys: Capsys, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    batch(capsys, tmp_path)
    trace, contact, kind = arguments
    trace = trace or str(results(tmp_path)["P-1001"]["trace_id"])

    assert in_process(capsys, tmp_path / "home", "outcome", trace, contact, kind, "--by", "jane").code == 2


def test_providers_are_listed_with_prices_and_shown(capsys: Capsys, tmp_path: Path) -> None:
    listed = json.loads(in_process(capsys, tmp_path, "providers", "list", "--json").out)
    shown = json.loads(in_process(capsys, tmp_path, "providers", "show", "trestle", "--json").out)

    assert {entry["id"] for entry in listed} >= {"enformion", "reference_file", "smarty", "trestle"}
    assert shown["products"][0]["price"]


def test_providers_check_names_the_variable_to_set(capsys: Capsys, tmp_path: Path) -> None:
    said = in_process(capsys, tmp_path, "providers", "check", "--json")

    missing = {entry["provider"]: entry["missing"] for entry in json.loads(said.out)}
    assert "SKIPTRACE_PROVIDERS__TRESTLE__CREDENTIALS__API_KEY" in missing["trestle"]


def test_match_scores_a_debtor_above_a_stranger(capsys: Capsys, tmp_path: Path) -> None:
    columns = "account_id,first,last,dob,ssn4,address,city,state,zip,phone"
    (tmp_path / "subjects.csv").write_text(
        f"{columns},as_of,account_year\n"
        "1,MARION,OKAFOR,1971-05-23,0142,118 ALDER CT,Austin,TX,78701,5125550142,2026,2022\n"
    )
    (tmp_path / "records.csv").write_text(
        f"rec_id,{columns},provider,first_seen,last_seen\n"
        "10,1,MARION,OKAFOR,1971-05-23,0142,118 ALDER CT,Austin,TX,78701,5125550142,A,2018,2026\n"
        "11,1,GUSTAV,BRANDT,1950-01-02,0199,5 OTHER RD,Reno,NV,89501,7755550111,A,2001,2026\n"
    )
    files = (tmp_path / "subjects.csv", tmp_path / "records.csv", "--out", tmp_path / "scores.csv")

    said = in_process(capsys, tmp_path / "home", "match", *files, "--json")

    assert said.code == 0
    assert json.loads(said.out)["records"] == 2
    with (tmp_path / "scores.csv").open(newline="") as stream:
        own, stranger = csv.DictReader(stream)
    assert float(own["p_same"]) > 0.9
    assert float(stranger["p_same"]) < 0.1


def test_the_demo_finds_people_over_http_and_scores_itself(capsys: Capsys, tmp_path: Path) -> None:
    said = in_process(capsys, tmp_path, "demo", "--out", tmp_path / "demo", "--accounts", 12, "--people", 400, "--json")

    told = json.loads(said.out)
    assert said.code == 0
    assert told["scorecard"]["accounts"] == 12
    assert told["scorecard"]["located"] > 0
    assert "against the known truth" in (tmp_path / "demo" / "report.html").read_text()
