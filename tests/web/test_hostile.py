"""Requests meant to do harm: they are refused by name, never with a fault, and nothing of them is repeated."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from skiptrace.access import Action, Role
from skiptrace.stores import schema
from skiptrace.web.app import ROUTES
from skiptrace.web.shapes.fields import Moment
from tests.web.serving import ACCOUNT, Served, submission
from tests.web.test_matrix import GUARDED

DEEP = b'{"account": ' + b"[" * 900 + b"]" * 900 + b"}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 100_000, 400),
        (DEEP, 422),
        (b'{"purpose": NaN}', 400),
        (b'{"purpose": Infinity}', 400),
        (b'{"purpose": 1e400}', 400),
        (b'{"purpose": ' + b"9" * 5_000 + b"}", 400),
        (b'{"purpose": "\\ud800"}', 400),
        (b'{"purpose": "a\\u0000b"}', 422),
        (b'{"purpose\\u0000": "a"}', 422),
        (b"\xff\xfe{}", 400),
        (b"", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b"x" * ((1 << 20) + 1), 413),
    ],
)
async def test_hazards_of_json(door: Served, body: bytes, status: int) -> None:
    key = await door.key(Role.SERVICE)

    answer = await door.call(key, "POST", "/v1/cases", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_other_media_types_and_encodings_are_not_read(door: Served, headers: dict[str, str]) -> None:
    key = await door.key(Role.SERVICE)
    answer = await door.call(key, "POST", "/v1/cases", content=b"{}", headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "value", ["' OR 1=1 --", "{{7*7}}", "%s%n", "<script>alert(1)</script>", "=HYPERLINK(1)", "../../etc/passwd"]
)
async def test_injections_are_kept_as_text(door: Served, value: str) -> None:
    key = await door.key(Role.SERVICE)

    made = await door.call(key, "POST", "/v1/cases", json=submission(first=value, account_id="A-1"))
    seen = (await door.call(key, "GET", made.headers["location"])).json()

    assert seen["subject"]["names"] == [f"{value} Okafor"]


async def test_a_key_in_the_url_is_refused_before_it_is_looked_at(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    for query in (f"api_key={key}", f"q={key}", "access_token=x", "KEY=1"):
        answer = await door.call(key, "GET", f"/v1/cases/x?{query}")
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (400, "key-in-url")


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer x", "Basic abc", "Bearer sktr_0000000000000000_" + "0" * 64])
async def test_no_key_or_a_wrong_one_is_401_everywhere(door: Served, given: str) -> None:
    await door.key(Role.SERVICE)
    for method, route in GUARDED:
        answer = await door.http.request(method, route.path_format, headers={"Authorization": given} if given else {})
        assert answer.status_code == 401, route.path_format
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_key_with_another_secret_is_refused(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    forged = key[:-1] + ("0" if key[-1] != "0" else "1")
    assert (await door.call(forged, "GET", "/v1/alerts")).status_code == 401


async def test_revoked_expired_and_disabled_keys_stop_at_once(either: Served) -> None:
    from skiptrace.stores.looking import Act

    act = Act("acme", "tests", either.clock.now())
    revoked, disabled = await either.key(Role.COMPLIANCE, "one"), await either.key(Role.COMPLIANCE, "two")
    expired = await either.key(Role.COMPLIANCE, "three", expires_at=either.clock.now() + timedelta(days=1))
    keys = (revoked, disabled, expired)
    assert [(await either.call(key, "GET", "/v1/alerts")).status_code for key in keys] == [200, 200, 200]

    await either.store.access.revoke_key(act, revoked.split("_")[1])
    await either.store.access.disable(act, "two")
    either.clock.at += timedelta(days=1)

    assert [(await either.call(key, "GET", "/v1/alerts")).status_code for key in keys] == [401, 401, 401]


async def test_a_scoped_key_does_only_what_it_is_for(door: Served) -> None:
    key = await door.key(Role.SERVICE, scopes=[Action.VIEW_BATCH])
    assert (await door.call(key, "POST", "/v1/cases", json=submission())).status_code == 403
    assert (await door.call(key, "GET", "/v1/batches/none")).status_code == 404


async def test_every_answer_carries_the_headers(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    asked = [("GET", "/healthz"), ("GET", "/nowhere"), ("PUT", "/v1/cases"), ("GET", "/docs"), ("GET", "/metrics")]
    asked += [(method, route.path_format) for method, route in GUARDED]
    for method, path in asked:
        for with_key in (key, ""):
            answer = await door.call(with_key, method, path)
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert not answer.headers.keys() & {"server", "x-powered-by", "access-control-allow-origin"}
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json", path


async def test_what_is_not_there_is_a_problem_too(door: Served) -> None:
    for method, path, status in (
        ("GET", "/nowhere", 404),
        ("PUT", "/v1/cases", 405),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
    ):
        answer = await door.call("", method, path)
        assert (answer.status_code, answer.json()["status"]) == (status, status)


async def test_what_a_stranger_says_of_the_way_here_is_not_believed(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    lies = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "10.0.0.9"}
    made = await door.call(key, "POST", "/v1/cases", json=submission(), headers=lies)
    assert made.headers["location"].startswith("/v1/cases/")
    for answer in (made, await door.call(key, "GET", "/nowhere", headers=lies), await door.call("", "GET", "/healthz")):
        assert "evil" not in answer.text + str(answer.headers)
    assert not any("10.0.0.9" in repr(event) for event in await door.audit())


@pytest.mark.parametrize(
    "line", [b"GET @evil.example HTTP/1.1", b"GET //evil.example/v1/cases HTTP/1.1", b"GET http:evil HTTP/1.1"]
)
async def test_a_request_line_that_is_no_path_leads_nowhere(door: Served, line: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(door.url.rpartition(":")[2]))
    writer.write(line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    assert answer.split(b" ", 2)[1] in (b"400", b"401", b"404")
    assert b"evil" not in answer


async def test_no_value_of_a_wrong_request_comes_back(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    canary = "Zyxwvut"
    wrong: list[Any] = [
        {canary: canary},
        {**submission(), canary: 1},
        {**submission(), "lane": canary},
        {**submission(), "budget": canary},
        {**submission(), "due_at": canary},
        {**submission(), "account": {**ACCOUNT, "zip": canary, "ssn": canary, "balance": canary, canary: canary}},
        {**submission(), "account": {canary: {canary: canary}}},
        {**submission(), "account": [canary]},
    ]
    for body in wrong:
        answer = await door.call(key, "POST", "/v1/cases", json=body)
        assert answer.status_code == 422, answer.text
        assert canary.lower() not in answer.text.lower()


async def test_ids_that_are_none_are_refused_on_every_route(door: Served) -> None:
    key = await door.key(Role.SUPERVISOR)
    for bad in ("%00", "a%0Ab", "x" * 200, "%ff", "a b"):
        for method, route in GUARDED:
            if "{" in route.path_format:
                path = route.path_format
                for name in route.param_convertors:
                    path = path.replace("{" + name + "}", bad)
                answer = await door.call(key, method, path, json={} if method == "POST" else None)
                assert 400 <= answer.status_code < 500, (method, path, answer.text)


def test_no_route_takes_a_person_in_its_url() -> None:
    ids = {"call_id", "case_id", "trace_id", "contact_id", "batch_id", "account_id", "approval_id", "opening_id"}
    for route in ROUTES:
        assert set(route.param_convertors) <= ids
        assert {one.name for one in route.dependant.query_params} <= {"rule"}, route.path_format


@pytest.mark.parametrize("query", ["", "?limit=1000000&offset=0&page=3", "?limit=-1", "?per_page=%F0%9F%92%A5"])
async def test_a_list_has_a_page_and_nobody_asks_for_more(door: Served, query: str) -> None:
    key = await door.key(Role.COMPLIANCE)
    alerts = schema.access.access_alerts
    row = {"tenant": "acme", "principal_id": "carl", "pattern": "own_name", "about": "x", "at": door.clock.now()}
    await door.store._database.write(lambda conn: conn.execute(alerts.insert(), [row] * 300))

    answer = await door.call(key, "GET", f"/v1/alerts{query}")

    assert (answer.status_code, len(answer.json())) == (200, 200)


@pytest.mark.parametrize("moment", [0, 1.5, "0", "1700000000", True, "2026-03-02T12:00:00"])
def test_a_moment_is_written_out_with_its_zone(moment: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(moment)
    assert TypeAdapter(Moment).validate_python("2026-03-02T12:00:00Z").year == 2026
