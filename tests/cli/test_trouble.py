"""Bad input, broken surroundings, hostile vendors: one plain line that says what to do, and nothing lost."""

from __future__ import annotations

import json
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from tests.cli.command import PURPOSE, REFERENCE, Said, as_process, in_process, started
from tests.intake.placement import FIXTURE, GOOD, HEADER, write

Capsys = pytest.CaptureFixture[str]


def run_batch(capsys: Capsys, folder: Path, file: Path, *more: object) -> Said:
    where = ("--out", folder / "out", "--reference", REFERENCE)
    return in_process(capsys, folder / "home", "batch", "run", file, *PURPOSE, *where, *more)


def is_one_plain_line(said: Said) -> bool:
    lines = said.err.strip().splitlines()
    return lines[-1].startswith("skiptrace: ") and "Traceback" not in said.err and "Okafor" not in said.err


@pytest.mark.parametrize(
    ("lines", "advice"),
    [
        ((), "is empty; write a header line"),
        ((HEADER,), "has a header and no accounts"),
        ((HEADER.replace("balance", "x"), GOOD), "name one with --map balance=COLUMN"),
        ((HEADER, GOOD.replace("1842.10", "much")), "has no row that can be traced; see"),
        ((GOOD,), "names no column that is known here; give the file a header line"),
    ],
)
def test_a_file_that_does_not_do_is_bad_usage(
    capsys: Capsys, tmp_path: Path, lines: tuple[str, ...], advice: str
) -> None:
    said = run_batch(capsys, tmp_path, write(tmp_path, *lines))

    assert said.code == 2
    assert advice in said.err
    assert is_one_plain_line(said)


def test_a_directory_is_bad_usage(capsys: Capsys, tmp_path: Path) -> None:
    said = run_batch(capsys, tmp_path, tmp_path)

    assert said.code == 2
    assert "is a directory; name one" in said.err


def test_rejected_rows_do_not_stop_the_others_and_are_kept(capsys: Capsys, tmp_path: Path) -> None:
    lines = (HEADER, GOOD, GOOD.replace("P-1", "P-2").replace("900-12", "9OO-12"), GOOD)

    said = run_batch(capsys, tmp_path, write(tmp_path, *lines), "--json")

    told = json.loads(said.out)
    assert (said.code, told["accepted"], told["rejected"], told["accounts"]) == (0, 1, 2, 1)
    rejects = (tmp_path / "out" / "rejects.csv").read_text().splitlines()
    assert rejects[1].startswith("3,ssn,")
    assert rejects[2].startswith("4,account_id,account_id repeats the account of row 2")


def test_a_purpose_that_nobody_knows_is_bad_usage(capsys: Capsys, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "out")

    said = in_process(
        capsys, tmp_path, "batch", "run", FIXTURE, "--purpose", "curiosity", "--certified-by", "Jane Sample", *out
    )

    assert said.code == 2
    assert "purpose: is `collection`, or one code each" in said.err


def test_a_purpose_that_is_not_for_collection_is_refused_by_a_rule(capsys: Capsys, tmp_path: Path) -> None:
    purpose = ("--purpose", "GLBA_FIDUCIARY", "--certified-by", "Jane Sample")

    of_file = ("--file", FIXTURE, "--account", "P-1001", "--reference", REFERENCE)
    said = in_process(capsys, tmp_path / "home", "lookup", *of_file, *purpose)

    assert said.code == 3


def test_money_needs_consent_where_nobody_can_be_asked(tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    config.write_text('[providers.trestle.credentials]\napi_key = "k"\n')

    said = as_process(tmp_path, "--config", config, "batch", "run", FIXTURE, *PURPOSE, "--out", tmp_path / "out")

    assert said.code == 2
    assert "worst case $" in said.err
    assert "--yes: is needed where nobody can be asked" in said.err


def test_a_key_file_that_went_missing_is_refused_and_not_made_anew(capsys: Capsys, tmp_path: Path) -> None:
    assert run_batch(capsys, tmp_path, FIXTURE).code == 0
    (tmp_path / "home" / "keys.json").unlink()

    said = run_batch(capsys, tmp_path, FIXTURE)

    assert said.code == 2
    assert "key" in said.err
    assert is_one_plain_line(said)
    assert not (tmp_path / "home" / "keys.json").exists()


def test_a_database_of_a_newer_version_is_refused(capsys: Capsys, tmp_path: Path) -> None:
    assert run_batch(capsys, tmp_path, FIXTURE).code == 0
    with sqlite3.connect(tmp_path / "home" / "skiptrace.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    said = run_batch(capsys, tmp_path, FIXTURE)

    assert said.code == 2
    assert "newer" in said.err
    assert is_one_plain_line(said)


def test_a_disk_without_room_ends_the_run_with_a_plain_line_and_the_same_command_finishes_it(tmp_path: Path) -> None:
    arguments = ("batch", "run", FIXTURE, *PURPOSE, "--out", tmp_path / "out", "--reference", REFERENCE)

    full = as_process(tmp_path / "home", *arguments, limit=[100_000])
    assert list((tmp_path / "out").glob("*results*")) == []
    again = as_process(tmp_path / "home", *arguments, "--json")

    assert full.code == 1
    assert is_one_plain_line(full)
    assert "space" in full.err
    assert again.code == 0, again.err
    assert json.loads(again.out)["accounts"] == 6


def test_two_batches_on_one_database_at_once_both_finish(tmp_path: Path) -> None:
    runs = []
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        lines = FIXTURE.read_text().replace("P-1", f"Q{number}-").strip().splitlines()
        file = write(tmp_path / str(number), *lines)
        where = ("--out", tmp_path / str(number) / "out", "--reference", REFERENCE, "--json")
        runs.append(started(tmp_path / "home", "batch", "run", file, *PURPOSE, *where))

    ends = [(*run.communicate(timeout=200), run.returncode) for run in runs]

    assert [code for _, _, code in ends] == [0, 0], ends
    assert [json.loads(out)["accounts"] for out, _, _ in ends] == [6, 6]


class _Vendor(BaseHTTPRequestHandler):
    """Answers every request with a page for people."""

    answers: ClassVar[threading.Event] = threading.Event()
    asked: ClassVar[Counter[bytes]] = Counter()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        type(self).asked[body] += 1
        self.answers.wait(200)
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        page = b"<html><title>We will be back soon</title></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def vendor() -> Iterator[tuple[str, type[_Vendor]]]:
    """Answers as soon as it is told to."""
    handler = type("Vendor", (_Vendor,), {"answers": threading.Event(), "asked": Counter()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler
    finally:
        handler.answers.set()
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_provider_that_answers_html_has_failed_and_has_not_found_nothing(capsys: Capsys, tmp_path: Path) -> None:
    with vendor() as (url, handler):
        handler.answers.set()
        where = ("--out", tmp_path / "out", "--sandbox", url, "--json")
        said = in_process(capsys, tmp_path / "home", "batch", "run", FIXTURE, *PURPOSE, *where)

    found = [json.loads(line) for line in (tmp_path / "out" / "results.jsonl").read_text().splitlines()]
    asked = [
        step for result in found for step in result["steps"] if step["provider"] == "enformion" and step["call_id"]
    ]
    assert said.code == 0
    assert asked
    assert {step["result"] for step in asked} == {"failed"}
    assert all("back soon" not in step["reason"] for step in asked)


def test_ctrl_c_finishes_what_is_under_way_and_the_same_command_asks_nobody_twice(tmp_path: Path) -> None:
    with vendor() as (url, handler):
        arguments = ("batch", "run", FIXTURE, *PURPOSE, "--out", tmp_path / "out", "--sandbox", url, "--concurrency", 1)
        first = started(tmp_path / "home", *arguments, "--json")
        assert first.stderr is not None
        while not handler.asked and first.poll() is None:
            time.sleep(0.02)
        first.send_signal(signal.SIGINT)
        while (line := first.stderr.readline()) and "Stopping: the accounts under way are finished first" not in line:
            pass
        handler.answers.set()
        out, err = first.communicate(timeout=200)
        assert (first.returncode, bool(line)) == (1, True), err
        done = json.loads(out)["accounts"]
        assert 0 < done < 6

        again = as_process(tmp_path / "home", *arguments, "--json")

    assert again.code == 0, again.err
    assert json.loads(again.out)["finished_earlier"] == done
    assert set(handler.asked.values()) == {1}


def test_without_anybody_to_ask_a_batch_and_a_lookup_say_so(capsys: Capsys, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "out")
    batch = in_process(capsys, tmp_path / "home", "batch", "run", FIXTURE, *PURPOSE, *out)
    lookup = in_process(capsys, tmp_path / "home", "lookup", "--file", FIXTURE, "--account", "P-1001", *PURPOSE)
    for said in (batch, lookup):
        assert said.code == 2
        assert "nobody to ask" in said.err
        assert "--reference" in said.err
