"""Field by field (S03): what a collector is shown is on a list, and what nobody may set is refused by every route."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from skiptrace.access import Role, Scope
from skiptrace.intake import FIELDS
from skiptrace.web.app import create_app
from skiptrace.web.guard import action_of
from tests.access.agreed import AGREED
from tests.web.serving import TENANT, Served, submission
from tests.web.test_matrix import GUARDED
from tests.web.world import REQUESTS, TENANT_WIDE, settled

NOBODYS = [
    "tenant",
    "tenant_id",
    "role",
    "team",
    "scopes",
    "grants",
    "is_admin",
    "requester",
    "requested_by",
    "created_by",
    "assigned_by",
    "approved",
    "approved_by",
    "state",
    "accepted_at",
    "started_at",
    "finished_at",
    "as_of",
    "deaths",
    "token",
    "lease",
    "worker_id",
    "case_budget",
    "price",
    "cost",
    "spent",
    "reserved",
    "settled",
    "verified",
    "status",
    "probability",
    "party",
    "furnishable",
    "on_account",
    "rank",
    "line_type",
    "granted",
    "allowed",
    "windows",
    "expires_at",
    "first_seen",
    "last_seen",
    "evidence",
    "provenance",
    "provider",
    "product",
    "call_id",
    "record_id",
    "raw",
    "reply",
    "digest",
    "hash",
    "seal",
    "number",
    "actor",
    "subject",
    "subject_id",
    "legal_hold",
    "erased",
    "held",
    "overridden",
    "certified_at",
    "permitted",
    "constructor",
]
"""What only the product itself says."""


def keys_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield key
            yield from keys_of(below)
    elif isinstance(value, list):
        for item in value:
            yield from keys_of(item)


SHOWN: Mapping[tuple[str, str], str] = {
    ("POST", "/v1/outcomes"): "outcome_id trace_id contact_id kind at reported_by",
    ("GET", "/v1/cases/{case_id}"): "case_id account_id batch_id state lane reason accepted_at started_at finished_at "
    "trace_id as_of budget purpose certified_by requester subject names birth_date ssn addresses phones emails",
    ("DELETE", "/v1/cases/{case_id}"): "case_id cancelled",
    ("POST", "/v1/cases/{case_id}:cancel"): "case_id cancelled",
    ("POST", "/v1/cases/{case_id}:reveal"): "case_id ssn",
    ("GET", "/v1/traces/{trace_id}"): "account_id contacts rank contact_id kind value probability status party "
    "on_account furnishable line_type first_seen last_seen grants channel rule_id citation zones opens closes evidence "
    "provider record_id upstream call_id pointer verifies notes cost stop_reason stop_detail trace_id case_id hit "
    "suppressed_contacts third_party_contacts events steps product result reason",
    ("GET", "/v1/traces/{trace_id}/why"): "trace_id case_id account_id decisions rule_id effect about reason citation "
    "versions matching contacts contact_id kind value probability status party evidence feature bits sentence asked "
    "found notes chain provider record_id upstream call_id pointer verifies match ambiguous call product state charged "
    "sent_at answered_at reply sha256 bytes received_at rejected reviews verdict by role at until document",
    ("GET", "/v1/traces/{trace_id}/third-parties"): "contact_id party kind",
    ("POST", "/v1/traces/{trace_id}/third-parties/{contact_id}:ask"): "token_id party value say may_ask",
    ("GET", "/v1/accounts/{account_id}/traces"): "account_id trace_ids",
    ("GET", "/v1/accounts/{account_id}/events"): "event_id account_id kind at recorded_at reported_by",
    ("POST", "/v1/accounts/{account_id}/events"): "event_id new",
    ("POST", "/v1/accounts/{account_id}:override"): "event_id account_id rule_id role expires_on",
    ("POST", "/v1/search"): "case_id account_id",
    ("POST", "/v1/contacts/{trace_id}/{contact_id}:can-use"): "allowed channel at reasons windows evidence source "
    "zones tzdata rules_version expires_at start end opened_by closed_by uses_left next_at",
    ("POST", "/v1/cases"): "case_id account_id new warnings",
    ("POST", "/v1/break-glass"): "opening_id principal_id account_id opened_at until",
}
"""Every field of every answer that a collector gets about a case of their own."""


async def test_a_collector_is_shown_the_listed_fields_and_no_other(door: Served) -> None:
    world = await settled(door)
    key = world.keys[Role.COLLECTOR]
    answered = set()
    for route, make in REQUESTS.items():
        ask = await make(world, Scope.OWN, key)
        answer = await door.call(key, ask.method, ask.path, **ask.options)
        if answer.status_code >= 300:
            continue
        answered.add(route)
        unlisted = set(keys_of(answer.json())) - set(SHOWN[route].split())
        assert not unlisted, (route, unlisted)
    assert answered == SHOWN.keys()


async def test_no_route_takes_a_field_that_is_the_products_to_say(door: Served) -> None:
    world = await settled(door)
    for (method, path), make in REQUESTS.items():
        action = next(a for m, r in GUARDED if (m, r.path_format) == (method, path) and (a := action_of(r)))
        wide = (method, path) in TENANT_WIDE
        key = world.keys[Role.COMPLIANCE if wide else min(AGREED[action], key=list(Role).index)]
        ask = await make(world, Scope.OWN, key)
        if not isinstance(ask.body, dict):
            continue
        extra = {name: "1" for name in NOBODYS if name not in ask.body}
        answer = await door.call(key, method, ask.path, json={**ask.body, **extra}, headers=ask.headers)
        unknown = [e for e in answer.json()["errors"] if e["reason"] == "has a field that the schema does not know"]
        assert answer.status_code == 422
        assert len(unknown) >= len(extra), (path, answer.text)


async def test_the_terms_of_a_bulk_stream_take_none_either(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    terms = {"batch_id": "b", "purpose": "collection", "certified_by": "Jane Sample"}
    headers = {"Content-Type": "application/x-ndjson"}
    for name in NOBODYS:
        line = orjson.dumps({**terms, name: "1"}) + b"\n"
        answer = await door.call(key, "POST", "/v1/cases:bulk", content=line, headers=headers)
        assert answer.status_code == 422, name


def test_every_object_that_may_be_sent_refuses_unknown_fields(door: Served) -> None:
    """Also those inside others; an account alone may have columns that are nobody's field, as a file may."""
    document = create_app(door.house).openapi()
    schemas = document["components"]["schemas"]
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names, looked_at = {n for one in operations for n in references(one.get("requestBody"))}, set[str]()
    while names - looked_at:
        name = (names - looked_at).pop()
        looked_at.add(name)
        names |= set(references(schemas[name]))
    objects = {name for name in looked_at if schemas[name].get("type") == "object"}
    assert len(objects) > 15
    assert {name for name in objects if schemas[name].get("additionalProperties") is not False} == set()


async def test_columns_of_an_account_that_are_no_fields_set_nothing(door: Served) -> None:
    key = await door.key(Role.SERVICE)
    strange = {name: "umbrella" for name in NOBODYS if name not in FIELDS}

    plain, given = [
        await door.store.case((await door.call(key, "POST", "/v1/cases", json=body)).json()["case_id"])
        for body in (submission(), submission(**strange))
    ]

    assert plain is not None
    assert given is not None
    assert (given.tenant, given.requester) == (TENANT, "service-1")
    assert (given.account, given.subject, given.budget) == (plain.account, plain.subject, plain.budget)


def references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        schema = list(schema.values())
    if isinstance(schema, list):
        for below in schema:
            yield from references(below)
