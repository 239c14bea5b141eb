"""Events as lines of a file: each once, whatever is killed, whoever else writes."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson

from skiptrace.ports import Sink
from skiptrace.sinks import SinkSetup
from skiptrace.sinks.files import FileSink
from skiptrace.testing import SinkContract
from skiptrace.testing.sink import _setup, a_contact, told
from tests.builders import FixedClock


def lines(folder: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_bytes().splitlines()]


class TestTheFileSinkKeepsTheContract(SinkContract):
    """A reader of the file follows the two rules: an id counts once, and a higher ``seq`` wins."""

    @asynccontextmanager
    async def opened(self, setup: SinkSetup) -> AsyncIterator[Sink]:
        sink = FileSink(setup)
        yield sink
        await sink.close()

    async def values(self, setup: SinkSetup) -> Mapping[str, float | None]:
        assert setup.folder is not None
        found: dict[str, tuple[int, float | None]] = {}
        ids = [line["data"]["event_id"] for line in lines(setup.folder)]  # type: ignore[index]
        assert len(ids) == len(set(ids))
        for line in lines(setup.folder):
            data = line["data"]
            assert isinstance(data, dict)
            content = data.get("content", {})
            is_gone = line["type"] == "contact.retracted"
            for contact in [content] if is_gone else content.get("contacts", []):
                if data["seq"] > found.get(contact["value"], (0, None))[0]:
                    found[contact["value"]] = (data["seq"], None if is_gone else contact["probability"])
        return {value: probability for value, (_, probability) in found.items()}


async def test_a_torn_line_is_cut_off_and_written_again(tmp_path: Path) -> None:
    async with _setup(tmp_path) as setup:
        await FileSink(setup).deliver(told(1, a_contact()))
        assert setup.folder is not None
        [file] = setup.folder.glob("*.jsonl")
        whole = file.read_bytes()
        file.write_bytes(whole + whole[: len(whole) // 2].replace(b"evt_1", b"evt_2"))
        await FileSink(setup).deliver(told(2, a_contact()))
        assert [line["data"]["event_id"] for line in lines(setup.folder)] == ["evt_1", "evt_2"]  # type: ignore[index]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_new_day_begins_a_new_file_and_yesterdays_events_are_known(tmp_path: Path) -> None:
    clock = FixedClock()
    async with _setup(tmp_path) as given:
        setup = replace(given, clock=clock)
        sink = FileSink(setup)
        await sink.deliver(told(1, a_contact()))
        clock.at += timedelta(days=1)
        await sink.deliver(told(2, a_contact()))
        await FileSink(setup).deliver(told(1, a_contact()))
        assert setup.folder is not None
        assert [path.name for path in sorted(setup.folder.glob("*.jsonl"))] == [
            "events-2026-11-02.jsonl",
            "events-2026-11-03.jsonl",
        ]
        assert len(lines(setup.folder)) == 2


async def test_two_relays_on_one_folder_write_each_event_once(tmp_path: Path) -> None:
    async with _setup(tmp_path) as setup:
        relays = [FileSink(setup), FileSink(setup)]
        await asyncio.gather(*(sink.deliver(told(n, a_contact())) for n in range(1, 21) for sink in relays))
        assert setup.folder is not None
        assert len(lines(setup.folder)) == 20
