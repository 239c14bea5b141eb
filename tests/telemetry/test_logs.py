"""What a log line may hold, whatever is handed to the logger."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from skiptrace.telemetry import logs
from tests.builders import subject


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    out = io.StringIO()
    logs.set_up(level=logging.INFO, as_json=True, stream=lambda: out)
    yield out
    structlog.reset_defaults()


def logged(out: io.StringIO) -> Any:
    (line,) = out.getvalue().splitlines()
    return json.loads(line)


def test_an_event_is_one_line_with_its_ids(lines: io.StringIO) -> None:
    structlog.get_logger().info("case failed", case_id="c-1", seconds=0.5)

    line = logged(lines)
    assert (line["event"], line["level"], line["case_id"], line["seconds"]) == ("case failed", "info", "c-1", 0.5)


def test_a_field_that_is_not_on_the_list_is_named_and_left_out(lines: io.StringIO) -> None:
    structlog.get_logger().info("asked", ssn="900-12-3456", name="Marion Okafor", case_id="c-1")

    assert logged(lines)["left_out"] == "name ssn"
    assert "900-12-3456" not in lines.getvalue()
    assert "Okafor" not in lines.getvalue()


def test_a_value_with_people_in_it_shows_as_its_type(lines: io.StringIO) -> None:
    structlog.get_logger().info("asked", reason=subject(), trouble=[subject()], error=ValueError("Marion Okafor"))

    line = logged(lines)
    assert (line["reason"], line["trouble"], line["error"]) == ("Subject", "list", "ValueError")


@pytest.mark.parametrize(
    "forgery", ["x\nlevel=info event=paid", "x\r\ny", "\x1b[2Jx", "x\u2028y", "x\u202ey", "\x9b31m"]
)
@pytest.mark.parametrize("as_json", [True, False])
def test_a_value_cannot_forge_a_line_or_steer_a_terminal(forgery: str, *, as_json: bool) -> None:
    out = io.StringIO()
    logs.set_up(level=logging.INFO, as_json=as_json, stream=lambda: out)
    structlog.get_logger().info("refused", reason=forgery)
    structlog.reset_defaults()

    text = out.getvalue()
    assert text.endswith("\n")
    assert text[:-1].isprintable()


def test_a_long_value_is_cut(lines: io.StringIO) -> None:
    structlog.get_logger().info("refused", reason="x" * 100_000)

    assert len(lines.getvalue()) < 1_000


def test_a_level_below_the_wanted_is_silent(lines: io.StringIO) -> None:
    structlog.get_logger().debug("asked")

    assert not lines.getvalue()
