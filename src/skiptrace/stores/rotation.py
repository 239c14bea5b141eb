"""Keys are replaced while others work, and a run that was killed on the way is finished by the next one.

What becomes of a key stands in the audit trail: a row before the key file is changed, and one when nothing needs the
old key any more. While the last row is missing, the next run makes no new key and goes on where the other was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, bindparam, func, select

from skiptrace.errors import RowRefused
from skiptrace.ports import Clock
from skiptrace.privacy import AuditEvent, KeyRing, RingWrapper
from skiptrace.stores.auditing import AuditTrail
from skiptrace.stores.databases import Database
from skiptrace.stores.resealing import forget_other_keys, resealed
from skiptrace.stores.schema import audit
from skiptrace.stores.trouble import plain_errors
from skiptrace.stores.vault import Vault
from skiptrace.stores.writer import Writer

ABOUT = "key ring"
ROTATED, SIGNING_RENEWED = "keys.rotated", "keys.signing_renewed"

T = TypeVar("T")

STILL_SIGNED = 10_000
"""So many rows other processes may add with the old keys until they notice new ones."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """The ids or public keys of the old key and the new; ``secrets`` that were wrapped anew; whether this run only
    finished what an earlier one had begun.
    """

    old: str
    new: str
    resumed: bool
    secrets: int = 0


class Rotation:
    """Replaces the key-encryption key, and the keys that sign and seal the audit trail."""

    def __init__(
        self, database: Database, writer: Writer, vault: Vault, wrapper: RingWrapper, trail: AuditTrail, *, clock: Clock
    ) -> None:
        self._database = database
        self._writer = writer
        self._vault = vault
        self._wrapper = wrapper
        self._trail = trail
        self._clock = clock

    async def rotate(self) -> Replaced:
        """Make a new key-encryption key, or go on with the newest, and wrap with it whatever the old ones did."""
        ring = self._wrapper.ring()
        resumed = len(ring.keys) > 1 and not await self._is_done(ROTATED, ring.active)
        if not resumed:
            await self._note("keys.rotating", f"from {ring.active}")
            ring = KeyRing.rotate(self._wrapper.path, self._wrapper.guard)
        old = max(ring.keys.keys() - {ring.active}, key=lambda key_id: (len(key_id), key_id))
        secrets = await self.rewrap()
        await self._note(ROTATED, f"{old} to {ring.active}")
        return Replaced(old, ring.active, resumed, secrets)

    async def rewrap(self) -> int:
        """Wrap every case's keys with the active key of the ring, and whatever else the ring seals.

        Returns how many secrets that were; may be stopped and repeated.
        """
        self._wrapper.look_again()
        done, after = 0, b""
        while (page := await self._read(partial(self._vault.rewrap, after))) is not None:
            after, count = page
            done += count
        while await self._writer.write(resealed, self._wrapper):
            pass
        return done

    async def retire(self) -> int:
        """Take every key but the active one off the ring, once nothing needs them. Returns how many that were.

        Raises RowRefused when a process may still be sealing with an old one.
        """
        await self.rewrap()
        header, active = self._wrapper.header(), self._wrapper.ring().active
        if await self._read(partial(self._vault.sealed_otherwise, header)):
            raise RowRefused("a secret was wrapped with an old key a moment ago: run again")
        await self._note("keys.retired", f"all but {active}")
        await self._writer.write(forget_other_keys, active)
        retired = KeyRing.retire(self._wrapper.path, self._wrapper.guard)
        await self._writer.write(forget_other_keys, active)
        return retired

    async def renew_signing(self) -> Replaced:
        """Sign and seal a trail that holds with new keys. Raises ChainBroken or BadCheckpoint for one that does not.

        The new key signs again what stands: all checkpoints can then be checked with it alone. Of the old keys counts
        what they signed and sealed up to now, and of the few rows that others add before they notice.
        """
        await self._trail.verify()
        ring = self._wrapper.ring()
        resumed = bool(ring.retired) and not await self._is_done(SIGNING_RENEWED, ring.public_key().hex())
        if not resumed:
            await self._note("keys.signing_renewing", f"from {ring.public_key().hex()}")
            last_row = await self._read(_rows) + STILL_SIGNED
            KeyRing.renew_signing(self._wrapper.path, last_row, self._wrapper.guard)
            ring = self._wrapper.ring()
        await self._trail.sign_again()
        old, new = ring.retired[-1].public_key.hex(), ring.public_key().hex()
        await self._note(SIGNING_RENEWED, f"{old} to {new}")
        return Replaced(old, new, resumed)

    async def _is_done(self, event: str, new: str) -> bool:
        found = await self._read(lambda conn: conn.execute(_DETAILS, {"event": event}).scalars().all())
        return any(detail.endswith(f" to {new}") for detail in found)

    async def _note(self, event: str, detail: str) -> None:
        await self._trail.note(AuditEvent(self._clock.now(), event, ABOUT, detail))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        with plain_errors():
            return await self._database.read(work)


_DETAILS = select(audit.c.detail).where(audit.c.about == ABOUT, audit.c.event == bindparam("event"))


def _rows(conn: Connection) -> int:
    rows: int = conn.execute(select(func.coalesce(func.max(audit.c.number), 0))).scalar_one()
    return rows
