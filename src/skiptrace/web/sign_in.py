"""People who sign in at an identity provider: its access tokens, checked against the keys that it publishes.

A token is a JWT (RFC 7519, RFC 9068) with an asymmetric signature by a key of the provider's JWKS (RFC 7517) and of no
other place, for our audience, with a claim that names one of our roles and, unless the settings say otherwise, a claim
that more than one factor was shown (RFC 8176; 16 CFR 314.4(c)(5), rule D-03). Whom the provider knows, we know from the
first request on; whom we disabled stays out.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import jwt

from skiptrace.access import Principal, Role
from skiptrace.model import Fact
from skiptrace.privacy import AuthMethod, SignedIn
from skiptrace.settings import SignInSettings
from skiptrace.stores.access import AccessStore
from skiptrace.stores.looking import Act
from skiptrace.web.problems import Problem, unavailable

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 30.0
"""Seconds by which the provider's clock may differ from ours."""
KEPT, STALE, AGAIN = 600.0, 3600.0, 10.0
"""Seconds: keys are asked for anew; while the provider is away the old ones count; an unknown key may ask so often."""
FRESH = 300.0
"""To re-authenticate is to have signed in within so many seconds."""

_TOKEN = re.compile(r"[\w-]{10,4096}\.[\w-]{2,16384}\.[\w-]{10,4096}", re.ASCII)
_PERSON = re.compile(r"[A-Za-z0-9@._-]{1,64}")
_ONLY_IN_ID_TOKENS = frozenset({"nonce", "at_hash", "c_hash"})


def is_token(text: str) -> bool:
    """Whether it has the shape of a signed token; an API key has not."""
    return _TOKEN.fullmatch(text) is not None


class SignIn:
    """Turns tokens into principals of one tenant. One for each process."""

    def __init__(self, mine: SignInSettings, tenant: str) -> None:
        self.mine = mine
        self._tenant = tenant
        self._keys: Mapping[str | None, jwt.PyJWK] = {}
        self._asked = self._answered = -STALE
        self._lock = asyncio.Lock()

    async def principal(
        self, token: str, access: AccessStore, at: datetime, *, fresh: bool = False
    ) -> tuple[Principal, SignedIn]:
        """Raises Problem: 401 for what is no valid token, 403 without a role, 503 while the provider is away."""
        claims = await self._claims(token)
        mfa = self._more_than_one_factor(claims)
        if self.mine.require_mfa and mfa is not Fact.YES:
            headers = {"WWW-Authenticate": 'Bearer error="insufficient_user_authentication"'}
            raise Problem(401, "no-second-factor", "sign in with a second factor (rule D-03)", headers=headers)
        if fresh and not time.time() - FRESH < _seconds(claims.get("auth_time")) <= time.time() + LEEWAY:
            raise _refused()
        if not _PERSON.fullmatch(str(claims["sub"])):
            raise _refused()
        wanted = Principal(str(claims["sub"]), self._tenant, self._role(claims), self._team(claims))
        return await self._known(access, wanted, at), SignedIn(AuthMethod.IDENTITY_PROVIDER, self.mine.issuer, mfa)

    async def _known(self, access: AccessStore, wanted: Principal, at: datetime) -> Principal:
        """The principal as the provider has it now. Grants are ours; so is the word that somebody is disabled."""
        standing = await access.standing(self._tenant, wanted.principal_id)
        if standing is not None:
            if not standing.active or standing.principal.role is Role.SERVICE:
                raise _refused()
            wanted = replace(wanted, grants=standing.principal.grants)
        if standing is None or standing.principal != wanted:
            await access.put_principal(Act(self._tenant, "sign-in", at), wanted)
        return wanted

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            key = await self._key(jwt.get_unverified_header(token).get("kid"))
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self.mine.audience,
                issuer=self.mine.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except (jwt.InvalidTokenError, ValueError, TypeError):
            raise _refused() from None
        if claims.keys() & _ONLY_IN_ID_TOKENS:
            raise _refused()
        return claims

    def _more_than_one_factor(self, claims: Mapping[str, Any]) -> Fact:
        """Unknown where the provider says nothing of factors."""
        amr, acr = _texts(claims.get("amr")), _texts(claims.get("acr"))
        if amr & set(self.mine.amr) or acr & set(self.mine.acr):
            return Fact.YES
        return Fact.NO if amr or acr else Fact.UNKNOWN

    def _role(self, claims: Mapping[str, Any]) -> Role:
        named = {self.mine.roles[text] for text in _texts(_at(claims, self.mine.role_claim)) if text in self.mine.roles}
        if len(named) != 1:
            raise Problem(403, "not-allowed", "the token names no role of this service, or more than one")
        return Role(named.pop())

    def _team(self, claims: Mapping[str, Any]) -> str:
        return "".join(sorted(_texts(_at(claims, self.mine.team_claim)))[:1]) if self.mine.team_claim else ""

    async def _key(self, kid: object) -> jwt.PyJWK:
        """The provider's key of that id; a key that a token brings along, or points to, is not looked at."""
        if self._is_due(kid):
            async with self._lock:
                if self._is_due(kid):
                    self._asked = time.monotonic()
                    await self._fetch(self._asked)
        if time.monotonic() - self._answered >= STALE:
            raise unavailable("the identity provider is away; API keys of services work meanwhile")
        if not isinstance(kid, str) or kid not in self._keys:
            raise _refused()
        return self._keys[kid]

    def _is_due(self, kid: object) -> bool:
        known = isinstance(kid, str) and kid in self._keys
        return time.monotonic() - self._asked > (KEPT if known else AGAIN)

    async def _fetch(self, now: float) -> None:
        """What cannot be had leaves the keys as they are."""
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
                answer = await http.get(self.mine.jwks)
            found = jwt.PyJWKSet.from_dict(answer.raise_for_status().json())
        except (httpx.HTTPError, ValueError, TypeError, AttributeError, jwt.PyJWTError):
            return
        self._keys = {key.key_id: key for key in found.keys if key.public_key_use in (None, "sig")}
        self._answered = now


def _refused() -> Problem:
    headers = {"WWW-Authenticate": 'Bearer realm="skiptrace", error="invalid_token"'}
    return Problem(401, "no-key", "a valid access token or API key is needed", headers=headers)


def _at(claims: Mapping[str, Any], name: str) -> object:
    """A claim by its name, or by its path (``realm_access.roles``)."""
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _texts(value: object) -> frozenset[str]:
    """One text, or a list of them; anything else is none."""
    several = value if isinstance(value, list) else [value]
    return frozenset(text for text in several if isinstance(text, str))


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
