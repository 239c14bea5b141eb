"""What is held on a consumer, and how far an incident reaches, over HTTP: who may, what comes, what is written down."""

from __future__ import annotations

import io
import zipfile

import orjson

from skiptrace.access import Role
from tests.web.serving import Served, case_of

WINDOW = {"since": "2020-01-01T00:00:00Z", "until": "2030-01-01T00:00:00Z"}


async def test_a_disclosure_is_a_signed_bundle_and_is_audited_with_its_reason(door: Served) -> None:
    cora = await door.key(Role.COMPLIANCE, "cora")
    case = case_of()
    await door.traced(case)
    answer = await door.call(cora, "POST", "/v1/accounts/A-1:disclose", json={"reason": "R-17"})

    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        assert {"consumer.json", "manifest.json", "manifest.sig"} <= set(bundle.namelist())
        document = orjson.loads(bundle.read("consumer.json"))
    assert [c["case_id"] for c in document["cases"]] == [case.case_id]
    (row,) = [e for e in await door.audit() if e.event == "consumer.disclosed"]
    assert (row.about, row.actor, row.detail) == ("A-1", "cora", "R-17")


async def test_an_incident_is_counted_for_compliance_without_a_name(door: Served) -> None:
    cora, sue = await door.key(Role.COMPLIANCE, "cora"), await door.key(Role.SUPERVISOR, "sue")
    await door.traced(case_of())
    reach = await door.call(cora, "POST", "/v1/incidents:affected", json=WINDOW)

    assert reach.status_code == 200, reach.text
    assert (reach.json()["accounts"], reach.json()["notify_within_days"]) == (1, None)
    assert (await door.call(sue, "POST", "/v1/incidents:affected", json=WINDOW)).status_code == 403
    backwards = {"since": WINDOW["until"], "until": WINDOW["since"]}
    assert (await door.call(cora, "POST", "/v1/incidents:affected", json=backwards)).status_code == 422
    assert [e.actor for e in await door.audit() if e.event == "incident.counted"] == ["cora"]
