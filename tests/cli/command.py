"""Ways to run the command line as users do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from skiptrace.cli.main import run

PURPOSE = ("--purpose", "collection", "--certified-by", "Jane Sample")

REFERENCE = Path(__file__).parents[2] / "fixtures" / "accounts" / "reference.csv"


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


def in_process(capsys: pytest.CaptureFixture[str], home: Path, *arguments: object) -> Said:
    """Quick: in this process, with a home of its own."""
    with pytest.raises(SystemExit) as ended:
        run(["--home", str(home), *map(str, arguments)])
    told = capsys.readouterr()
    return Said(int(ended.value.code or 0), told.out, told.err)


def arguments_of(home: Path, *arguments: object) -> list[str]:
    return [sys.executable, "-m", "skiptrace.cli.main", "--home", str(home), *map(str, arguments)]


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This environment without anybody's settings."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("SKIPTRACE_")}
    return {**clean, "COLUMNS": "200", **(extra or {})}


def started(home: Path, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        arguments_of(home, *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )


def as_process(home: Path, *arguments: object, limit: Sequence[int] = ()) -> Said:
    """As a process of its own; ``limit`` is the largest file it may write, in bytes."""
    shell = ["prlimit", f"--fsize={limit[0]}", "--"] if limit else []
    done = subprocess.run(
        [*shell, *arguments_of(home, *arguments)], capture_output=True, text=True, env=environment(), timeout=200
    )
    return Said(done.returncode, done.stdout, done.stderr)
