"""Highly restricted members of motor-vehicle records are gone before anything is stored (T-09)."""

from __future__ import annotations

import orjson
import pytest

from skiptrace.model import Answer, Reply, StepResult
from skiptrace.providers.restricted import Restricted, without
from skiptrace.stores import SqlStore
from tests import builders as build
from tests.builders import NOW, FixedClock
from tests.scripted import Scripted
from tests.test_tracing import OWN, app_of, run

NAMES = frozenset({"photo_url", "ssn"})


def reply(body: object) -> Reply:
    return Reply(200, body if isinstance(body, bytes) else orjson.dumps(body), NOW)


class MotorRecords(Scripted):
    """Answers with a person whose reply brings a photograph and an SSN along."""

    async def send(self, *asked: object) -> Reply:
        found = await super().send(*asked)  # type: ignore[arg-type]
        self.answered = int(found.body)
        people = [{"name": "OKAFOR", "photo_url": "https://example.com/1.jpg", "ids": {"ssn": "900550142"}}]
        return Reply(found.status, orjson.dumps({"people": people}), found.received_at)

    def to_answer(self, product: str, reply: Reply, call_id: str) -> Answer:
        return super().to_answer(product, Reply(200, str(self.answered).encode(), NOW), call_id)


async def test_t09_photograph_and_ssn_of_a_motor_vehicle_record_are_not_stored(
    store: SqlStore, clock: FixedClock
) -> None:
    app, _ = app_of(store, clock, ("acme", (Answer((OWN,)),)))
    manifest = build.manifest(drops=("photo_url", "ssn"))
    app.providers["acme"] = Restricted(MotorRecords(manifest, (Answer((OWN,)),)))  # type: ignore[index]
    trace = await run(app, build.case())
    [step] = trace.steps
    assert step.result is StepResult.FOUND
    assert "dropped_highly_restricted=2" in step.reason
    stored = await store.reply(step.call_id)
    assert stored is not None
    assert orjson.loads(stored.body) == {"people": [{"name": "OKAFOR", "ids": {}}]}


def test_a_reply_without_such_members_is_left_as_it_is() -> None:
    plain = reply({"people": [{"name": "OKAFOR"}]})
    assert without(plain, NAMES) is plain


@pytest.mark.parametrize("body", [b"<html>ssn 900550142</html>", b"", b"{"])
def test_a_body_that_cannot_be_read_goes_whole(body: bytes) -> None:
    assert without(reply(body), NAMES).body == b""
