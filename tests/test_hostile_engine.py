"""A hostile vendor and the whole engine: the trace ends, in time and little memory, and the books say what is known."""

from __future__ import annotations

import asyncio
import zlib
from pathlib import Path

import orjson
import pytest

from skiptrace import tracing
from skiptrace.model import CallState, StepResult
from skiptrace.settings import Settings
from skiptrace.testing.server import Say, ScriptedServer
from skiptrace.wiring import connect
from tests.numbered_people import a_case

MIB = 1024 * 1024
ONE_CALL = """
name = "one call"
wanted = { address = 1.0 }
worth = { recovery = 1.0, worth_at_most = "1000.00" }

[[step]]
ask = "enformion.contact_enrich"
"""


def bomb() -> bytes:
    """64 MiB of zeros in some 64 kB."""
    press = zlib.compressobj(9, wbits=31)
    zeros = bytes(MIB)
    return b"".join([*(press.compress(zeros) for _ in range(64)), press.flush()])


def endless(field: str) -> bytes:
    """A person with 100,000 of something, in less than the 5 MiB at which a body is cut."""
    person = {"name": {"firstName": "Marion", "lastName": "Okafor"}, field: [{"city": "Davis"}] * 100_000}
    return orjson.dumps({"person": person, "identityScore": 99})


# What the terms do not call free is booked at its price.
HOSTILE = {
    "bomb": (Say(headers=(("content-encoding", "gzip"),), body=bomb()), CallState.SETTLED),
    "100,000 phones": (Say(body=endless("phones")), CallState.SETTLED),
    "100,000 addresses": (Say(body=endless("addresses")), CallState.SETTLED),
    "a body over 5 MiB": (Say(body=endless("emails") + bytes(4 * MIB)), CallState.SETTLED),
    "100,000 headers": (Say(headers=tuple((f"x-{n}", "a") for n in range(100_000))), CallState.IN_DOUBT),
    "broken": (Say(body=b"<html>sorry</html>"), CallState.SETTLED),
    "redirect": (Say(302, headers=(("location", "http://127.0.0.1:1/"),)), CallState.SETTLED),
    "hang-up": (Say(hang_up=True), CallState.IN_DOUBT),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_the_trace_ends_and_the_call_is_booked_as_far_as_it_is_known(kind: str, tmp_path: Path) -> None:
    say, booked = HOSTILE[kind]
    (tmp_path / "strategy.toml").write_text(ONE_CALL)
    async with ScriptedServer(say) as vendor:
        settings = Settings(home=tmp_path, sandbox_url=vendor.url, strategy=tmp_path / "strategy.toml")
        async with connect(settings) as app:
            case = a_case(1)
            await app.store.accept([case])
            async with asyncio.timeout(100):
                trace = await tracing.trace(case, app)
            calls = await app.store.calls(case.case_id)

    assert [call.state for call in calls] == [booked]
    assert trace.steps[0].result in (StepResult.FAILED, StepResult.IN_DOUBT)
    assert trace.steps[0].reason, "what was wrong with the reply is told"
    assert trace.contacts == ()
    assert len(vendor.heard) == 1, "asked once: what may have been charged is not repeated"
