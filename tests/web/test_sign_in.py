"""People who come with tokens of an identity provider (S18, D-03): real signatures, keys from a real server."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from skiptrace.access import Role, key_id_of
from skiptrace.errors import ConfigError
from skiptrace.settings import Settings, SignInSettings
from skiptrace.stores.looking import Act
from skiptrace.testing.server import Say, ScriptedServer
from skiptrace.web import sign_in
from skiptrace.web.guard import action_of
from skiptrace.web.sign_in import SignIn
from tests.access.agreed import AGREED
from tests.stores.databases import Place
from tests.web.serving import TENANT, Served, case_of, served
from tests.web.test_matrix import GUARDED

ISSUER, AUDIENCE = "https://login.example.com/", "skiptrace-api"
ROLES = {"st-collect": "collector", "st-lead": "supervisor", "st-comply": "compliance", "st-admin": "admin"}
RSA = rsa.generate_private_key(65537, 2048)
OTHER_RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())


def jwks(*keys: dict[str, Any]) -> Say:
    return Say(200, orjson.dumps({"keys": keys}))


RSA_JWK = {**jwt.algorithms.RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True), "kid": "rsa-1", "use": "sig"}
EC_JWK = {**jwt.algorithms.ECAlgorithm.to_jwk(EC.public_key(), as_dict=True), "kid": "ec-1", "alg": "ES256"}
FOR_ENCRYPTION = {**RSA_JWK, "kid": "enc-1", "use": "enc"}


def token(key: Any = RSA, alg: str = "RS256", kid: str | None = "rsa-1", head: Any = None, **changes: Any) -> str:
    """A good token of a collector, but for what is changed; None takes a claim away."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "carl", "iat": now, "exp": now + 600, "auth_time": now}
    claims |= {"amr": ["pwd", "mfa"], "roles": ["st-collect", "something-else"], **changes}
    headers = ({"kid": kid} if kid else {}) | (head or {})
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, key, alg, headers)


@dataclass
class Office:
    """A door, and the provider behind it."""

    door: Served
    provider: ScriptedServer
    settings: SignInSettings = field(repr=False)

    async def status(self, given: str) -> int:
        return (await self.door.call(given, "POST", "/v1/search", json={"account_id": "A-1"})).status_code


@pytest.fixture
async def office(sqlite_place: Place, tmp_path: Path) -> AsyncIterator[Office]:
    async with ScriptedServer(jwks(RSA_JWK, EC_JWK, FOR_ENCRYPTION)) as provider:
        mine = SignInSettings(issuer=ISSUER, audience=AUDIENCE, jwks=f"{provider.url}/keys", roles=ROLES)
        async with served(tmp_path, sqlite_place.url, sign_in=SignIn(mine, TENANT)) as door:
            yield Office(door, provider, mine)


@pytest.mark.parametrize(
    ("key", "alg", "kid"), [(RSA, "RS256", "rsa-1"), (RSA, "PS384", "rsa-1"), (EC, "ES256", "ec-1")]
)
async def test_a_good_token_lets_in(office: Office, key: Any, alg: str, kid: str) -> None:
    expected = 200 if alg != "PS384" else 401  # a key without "alg" is for RS256
    assert await office.status(token(key, alg, kid)) == expected


def forged_with_public_key() -> str:
    """HS256, with the provider's public key as the secret."""
    pem = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, body, _ = token().split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"rsa-1","typ":"JWT"}').rstrip(b"=").decode()
    mac = hmac.digest(pem, f"{head}.{body}".encode(), hashlib.sha256)
    return f"{head}.{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def unsigned() -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","kid":"rsa-1"}').rstrip(b"=").decode()
    return f"{head}.{token().split('.')[1]}.AAAAAAAAAAAAAAAA"


LATER, EARLIER = 3600, -3600

WRONG = {
    "alg none": unsigned,
    "alg none without signature": lambda: unsigned().rpartition(".")[0] + ".",
    "HS256 with the public key": forged_with_public_key,
    "signed by somebody else": lambda: token(OTHER_RSA),
    "another key's id": lambda: token(kid="ec-1"),
    "an unknown key": lambda: token(kid="rsa-9"),
    "no key id": lambda: token(kid=None),
    "a key for encryption": lambda: token(kid="enc-1"),
    "a key of its own": lambda: token(
        OTHER_RSA, head={"jwk": RSA_JWK, "jku": "http://127.0.0.1:1/", "x5u": "http://x"}
    ),
    "a path for a key id": lambda: token(kid="../../dev/null"),
    "another audience": lambda: token(aud="another-api"),
    "no audience": lambda: token(aud=None),
    "another issuer": lambda: token(iss="https://evil.example/"),
    "expired": lambda: token(exp=int(time.time()) + EARLIER),
    "without an end": lambda: token(exp=None),
    "not yet": lambda: token(nbf=int(time.time()) + LATER),
    "from the future": lambda: token(iat=int(time.time()) + LATER),
    "an ID token": lambda: token(nonce="n-1"),
    "nobody": lambda: token(sub=None),
    "a name that is none": lambda: token(sub="carl; DROP"),
    "changed": lambda: token()[:-8] + "AAAAAAAA",
    "not JSON": lambda: "YWFhYWFhYWFhYQ.YWFhYWFhYWFhYQ.YWFhYWFhYWFhYQ",
}


@pytest.mark.parametrize("kind", WRONG)
async def test_whatever_is_wrong_with_a_token_it_is_401(office: Office, kind: str) -> None:
    answer = await office.door.call(WRONG[kind](), "GET", "/v1/cases/x")

    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "claims", [{"amr": None}, {"amr": ["pwd"]}, {"amr": "pwd"}, {"amr": {"mfa": 1}}, {"acr": "mfa", "amr": []}]
)
async def test_d03_without_a_second_factor_nobody_comes_in(office: Office, claims: dict[str, Any]) -> None:
    answer = await office.door.call(token(**claims), "GET", "/v1/cases/x")

    assert answer.status_code == 401
    assert answer.json()["type"].endswith("no-second-factor")
    assert "insufficient_user_authentication" in answer.headers["www-authenticate"]


async def test_d03_a_key_shows_one_factor_and_is_for_services_alone(office: Office) -> None:
    for role in (Role.COLLECTOR, Role.SUPERVISOR, Role.COMPLIANCE, Role.ADMIN):
        assert await office.status(await office.door.key(role)) == 401
    assert await office.status(await office.door.key(Role.SERVICE)) == 200


async def test_without_require_mfa_one_factor_does_and_keys_are_for_people_too(
    sqlite_place: Place, tmp_path: Path
) -> None:
    async with ScriptedServer(jwks(RSA_JWK)) as provider:
        given = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": f"{provider.url}/keys", "roles": ROLES}
        mine = SignInSettings.model_validate({**given, "require_mfa": False})
        async with served(tmp_path, sqlite_place.url, sign_in=SignIn(mine, TENANT)) as door:
            office = Office(door, provider, mine)
            assert await office.status(token(amr=None)) == 200
            assert await office.status(await door.key(Role.COLLECTOR)) == 200


@pytest.mark.parametrize("said", [[], ["nothing-of-ours"], ["st-collect", "st-lead"], None, "operator", 7])
async def test_a_token_without_one_role_of_ours_is_403(office: Office, said: Any) -> None:
    assert await office.status(token(roles=said)) == 403


@pytest.mark.parametrize("said", ROLES)
async def test_the_role_of_a_token_may_what_the_matrix_says(office: Office, said: str) -> None:
    role = Role(ROLES[said])
    for method, route in GUARDED:
        action = action_of(route)
        assert action is not None
        answer = await office.door.call(token(roles=said, sub=f"p-{role}"), method, route.path_format)
        assert answer.status_code != 401, (method, route.path_format)
        if role not in AGREED[action]:
            assert answer.status_code == 403, (method, route.path_format)


async def test_who_signed_in_is_known_can_be_assigned_and_disabled_and_the_trail_has_the_name(office: Office) -> None:
    door = office.door
    done = await door.traced(case_of(account_id="A-1"))
    path = f"/v1/cases/{done.trace.case_id}"
    assert (await door.call(token(sub="carl"), "GET", path)).status_code == 404
    await door.assign("A-1", "carl")
    assert (await door.call(token(sub="carl"), "GET", path)).status_code == 200
    assert any((event.actor, event.event) == ("carl", "access.view_case") for event in await door.audit())

    lead = await door.call(token(sub="carl", roles="st-comply"), "GET", "/v1/alerts")
    assert lead.status_code == 200, "the provider's word on a role counts at once"

    await door.store.access.disable(Act(TENANT, "tests", door.clock.now()), "carl")
    assert (await door.call(token(sub="carl"), "GET", path)).status_code == 401
    assert [e.about for e in await door.audit() if e.event == "principal.set" and e.actor == "sign-in"] == ["carl"] * 2


async def test_the_trail_says_how_somebody_signed_in_and_whether_with_a_second_factor(
    sqlite_place: Place, tmp_path: Path
) -> None:
    async with ScriptedServer(jwks(RSA_JWK)) as provider:
        given = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": f"{provider.url}/keys", "roles": ROLES}
        mine = SignInSettings.model_validate({**given, "require_mfa": False})
        async with served(tmp_path, sqlite_place.url, sign_in=SignIn(mine, TENANT)) as door:
            office, key = Office(door, provider, mine), await door.key(Role.COLLECTOR)
            shown = (key, token(), token(amr=["pwd"]), token(amr=None), token(amr=None, acr="mfa"))
            assert {await office.status(one) for one in shown} == {200}
            rows = [(e.auth_method, e.mfa) for e in await door.audit() if e.event == "access.search"]
    token_of = f"identity_provider {ISSUER}"
    assert rows == [
        (f"api_key {key_id_of(key)}", "no"),
        (token_of, "yes"),
        (token_of, "no"),
        (token_of, "unknown"),
        (token_of, "no"),  # the settings name no acr that stands for a second factor
    ]


async def test_nobody_signs_in_under_the_name_of_a_service(office: Office) -> None:
    key = await office.door.key(Role.SERVICE, "acme-crm")
    assert await office.status(token(sub="acme-crm")) == 401
    assert await office.status(key) == 200


async def test_to_break_the_glass_takes_having_signed_in_just_now(office: Office) -> None:
    await office.door.traced(case_of(account_id="A-1"))
    body = {"account_id": "A-1", "reason": "the debtor is on the line"}
    old = int(time.time()) - 3000
    for again, status in (
        ("", 403),
        (token(auth_time=old), 403),
        (token(auth_time=None), 403),
        (token(auth_time=int(time.time()) + 3000), 403),
        (token(sub="sue"), 403),
        (await office.door.key(Role.SERVICE), 403),
        (token(auth_time=int(time.time())), 201),
    ):
        headers = {"X-Reauthenticate": again}
        answer = await office.door.call(token(auth_time=old), "POST", "/v1/break-glass", json=body, headers=headers)
        assert answer.status_code == status, (again, answer.text)


async def test_a_new_key_of_the_provider_is_found_and_one_taken_back_is_forgotten(
    sqlite_place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "AGAIN", 0.0)
    async with ScriptedServer(jwks(RSA_JWK), jwks(EC_JWK)) as provider:
        mine = SignInSettings(issuer=ISSUER, audience=AUDIENCE, jwks=f"{provider.url}/keys", roles=ROLES)
        async with served(tmp_path, sqlite_place.url, sign_in=SignIn(mine, TENANT)) as door:
            office = Office(door, provider, mine)
            assert [await office.status(token()) for _ in range(3)] == [200] * 3
            assert len(provider.heard) == 1, "keys are kept"
            assert await office.status(token(EC, "ES256", "ec-1")) == 200
            assert await office.status(token()) == 401


@pytest.mark.parametrize("say", [Say(500), Say(200, b"<html>"), Say(200, b"[]"), Say(hang_up=True), Say(302)])
async def test_while_the_provider_is_away_services_go_on(
    sqlite_place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    monkeypatch.setattr(sign_in, "AGAIN", 1000.0)
    async with ScriptedServer(say) as provider:
        mine = SignInSettings(issuer=ISSUER, audience=AUDIENCE, jwks=f"{provider.url}/keys", roles=ROLES)
        async with served(tmp_path, sqlite_place.url, sign_in=SignIn(mine, TENANT)) as door:
            office = Office(door, provider, mine)
            assert await office.status(token()) == 503
            assert await office.status(await door.key(Role.SERVICE)) == 200
            assert await office.status(token(kid="rsa-7")) == 503
            assert len(provider.heard) == 1, "strangers do not make us ask again and again"


async def test_without_a_provider_a_token_is_no_key(sqlite_place: Place, tmp_path: Path) -> None:
    async with served(tmp_path, sqlite_place.url) as door:
        assert (await door.call(token(), "GET", "/v1/alerts")).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"roles": {"x": "operator"}},
        {"roles": {"x": "service"}},
        {"jwks": "http://login.example.com/keys"},
        {"jwks": ""},
    ],
)
def test_settings_that_would_let_in_too_many_are_refused(wrong: dict[str, Any]) -> None:
    good = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": "https://login.example.com/keys", "roles": ROLES}
    assert Settings.read({}, sign_in=good).sign_in is not None
    with pytest.raises(ConfigError, match=r"sign_in\."):
        Settings.read({}, sign_in={**good, **wrong})
