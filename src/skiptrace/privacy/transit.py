"""The key file sealed by a key management service: the transit engine of OpenBao or HashiCorp Vault, over HTTP.

The key ring is the envelope: the service seals the ring, the ring wraps the keys of the cases. A process asks the
service once when it starts, and when the ring was rotated, not for each case; a stolen key file alone opens nothing.
API: https://openbao.org/api-docs/secret/transit/ (encrypt, decrypt).
"""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass
from pathlib import Path

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random

from skiptrace.errors import ConfigError, StoreError
from skiptrace.privacy.private_files import read_private

SECONDS = 5.0
TRIES = 3


class KeyServiceAway(StoreError):
    """The key service did not answer, or is sealed itself. Nothing can be read until it does: try again later."""


@dataclass(frozen=True, slots=True)
class Transit:
    """Seals and opens with the transit key ``key`` of the server at ``url``. Implements ``privacy.keyring.Guard``.

    The token is read for each request, so that an agent may renew it in place.
    """

    url: str
    key: str
    token_file: Path
    mount: str = "transit"
    namespace: str = ""
    ca_file: Path | None = None

    def seal(self, secret: bytes) -> str:
        """Raises ConfigError, or KeyServiceAway."""
        return self._ask("encrypt", "ciphertext", {"plaintext": base64.b64encode(secret).decode()})

    def open(self, sealed: str) -> bytes:
        """Raises ConfigError, or KeyServiceAway."""
        return base64.b64decode(self._ask("decrypt", "plaintext", {"ciphertext": sealed}))

    def _ask(self, what: str, wanted: str, body: dict[str, str]) -> str:
        headers = {"X-Vault-Token": read_private(self.token_file, "key_service.token_file").decode().strip()}
        if self.namespace:
            headers["X-Vault-Namespace"] = self.namespace
        trust = ssl.create_default_context(cafile=self.ca_file)
        tries = Retrying(
            retry=retry_if_exception_type(KeyServiceAway),
            wait=wait_random(0.1, 0.5),
            stop=stop_after_attempt(TRIES),
            reraise=True,
        )
        with httpx.Client(verify=trust, trust_env=False, timeout=SECONDS, headers=headers) as http:
            answer: str = tries(self._once, http, f"/v1/{self.mount}/{what}/{self.key}", wanted, body)
        return answer

    def _once(self, http: httpx.Client, path: str, wanted: str, body: dict[str, str]) -> str:
        try:
            answer = http.post(f"{self.url.rstrip('/')}{path}", json=body)
        except httpx.TransportError as error:
            raise KeyServiceAway(f"the key service cannot be reached ({type(error).__name__})") from None
        if answer.status_code == 429 or answer.status_code >= 500:
            raise KeyServiceAway(f"the key service does not work now, or is sealed (status {answer.status_code})")
        if answer.status_code == 403:
            raise ConfigError(f"the key service refuses the token of key_service.token_file for {path}: renew it")
        if answer.status_code == 400 and wanted == "plaintext":
            raise ConfigError(f"the key file was not sealed with the key of {path}, or was changed")
        try:
            found: str = answer.json()["data"][wanted]
        except (ValueError, KeyError, TypeError):
            raise ConfigError(f"key_service: no transit key answers at {path} (status {answer.status_code})") from None
        return found
