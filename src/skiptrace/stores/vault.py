"""The vault: the wrapped secrets of all cases, in a database of its own.

It is a database of its own because erasing means destroying a secret: yesterday's backup of the cases must find today's
vault without it. Whoever backs up the vault has to let those backups age out as well. Secrets are committed before
anything that is sealed with them, and kept open in memory for a few minutes and a few thousand cases.
"""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

from sqlalchemy import Column, Connection, Engine, Integer, LargeBinary, MetaData, Table, bindparam, event, func, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from skiptrace.privacy import CannotOpen, Cipher, Erased, Owner, Part, SubjectIds, SubjectKeys
from skiptrace.privacy.subjects import PartCipher
from skiptrace.stores.columns import Instant
from skiptrace.stores.databases import OneOf, insert_into

OPEN_AT_ONCE = 8192
OPEN_SECONDS = 300.0
PAGE = 500

metadata = MetaData()

subject_keys = Table(
    "subject_keys",
    metadata,
    Column("subject_id", LargeBinary, primary_key=True),
    Column("wrapped", LargeBinary, nullable=True),
    Column("destroyed_at", Instant, nullable=True),
)
"""``wrapped`` is NULL once the secrets are destroyed; the row stays, so that nobody makes new ones for that case."""


vault_id = Table(
    "vault_id",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("id", LargeBinary, nullable=False),
)

_SOME = select(subject_keys).where(OneOf(subject_keys.c.subject_id, "ids"))
_REWRAP = subject_keys.update().where(subject_keys.c.subject_id == bindparam("key")).values(wrapped=bindparam("again"))


class Vault:
    """Makes, finds and destroys the secrets of cases. ``wrapper`` is the key-encryption key, wherever it lives."""

    def __init__(self, engine: Engine, wrapper: Cipher, ids: SubjectIds) -> None:
        self._engine = engine
        self._wrapper = wrapper
        self._ids = ids
        self._open: OrderedDict[bytes, tuple[float, SubjectKeys]] = OrderedDict()
        self._lock = Lock()
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _overwrite_what_is_deleted)

    def prepare(self) -> bytes:
        """Make the tables of a new vault. Returns the id by which a database knows its vault again."""
        with self._engine.begin() as conn:
            metadata.create_all(conn)
            conn.execute(insert_into(conn, vault_id).on_conflict_do_nothing(), [{"one": 1, "id": os.urandom(16)}])
            return bytes(conn.execute(select(vault_id.c.id)).scalar_one())

    def make(self, owners: Iterable[Owner]) -> Mapping[Owner, SubjectKeys]:
        """The secrets of these cases, made where there are none yet, and committed. Raises Erased."""
        ids = {owner: self._ids(owner) for owner in owners}
        found = self._cached(ids.values())
        if missing := [i for i in dict.fromkeys(ids.values()) if i not in found]:
            found |= self._stored_or_new(missing)
        return {owner: found[subject_id] for owner, subject_id in ids.items()}

    def find(self, owners: Iterable[Owner]) -> Mapping[Owner, SubjectKeys]:
        """The secrets of these cases; an erased one is left out. Raises CannotOpen where a secret is missing."""
        ids = {owner: self._ids(owner) for owner in owners}
        found = self._cached(ids.values())
        if missing := [i for i in dict.fromkeys(ids.values()) if i not in found]:
            with self._reading() as conn:
                stored, erased = self._stored(conn, missing)
            if len(stored) + len(erased) < len(missing):
                raise CannotOpen("subject_keys", "wrapped", "the vault lacks its key, or its row was changed or moved")
            found |= stored
            self._keep_open(stored.values())
        return {owner: found[subject_id] for owner, subject_id in ids.items() if subject_id in found}

    def one(self, tenant: str, case_id: str) -> SubjectKeys | None:
        """The secrets of one case, None when it was erased."""
        owner = (tenant, case_id)
        return self.find([owner]).get(owner)

    def destroy(self, owners: Iterable[Owner], at: datetime, part: Part | None = None) -> int:
        """Destroy the secrets of these cases, or one part of them. Returns how many cases had them. May be repeated."""
        ids = [self._ids(owner) for owner in owners]
        with self._engine.begin() as conn:
            stored, _ = self._stored(conn, ids)
            touched = [keys for keys in stored.values() if part is None or part in keys.secrets]
            for keys in touched:
                left = None if part is None else keys.without(part).wrap(self._wrapper)
                change = {"wrapped": left, "destroyed_at": at if part is None else None}
                conn.execute(subject_keys.update().where(subject_keys.c.subject_id == keys.subject_id).values(change))
            if part is None:
                _leave_tombstones(conn, [i for i in ids if i not in stored], at)
        with self._lock:
            for subject_id in ids:
                self._open.pop(subject_id, None)
        self._forget_on_disk()
        return len(touched)

    def for_replies(self, owners: Iterable[Owner]) -> Mapping[Owner, Cipher]:
        """What seals the raw replies of these cases; a new secret where the old one was disposed of. Raises Erased."""
        made = self.make(owners)
        return {owner: keys.replies or self._renew_replies(keys) for owner, keys in made.items()}

    def _renew_replies(self, keys: SubjectKeys) -> Cipher:
        with self._engine.begin() as conn:
            stored, erased = self._stored(conn, [keys.subject_id])
            if erased:
                raise Erased
            keys = stored[keys.subject_id].with_replies()
            change = subject_keys.update().where(subject_keys.c.subject_id == keys.subject_id)
            conn.execute(change.values(wrapped=keys.wrap(self._wrapper)))
        self._keep_open([keys])
        return PartCipher(keys.subject_id, Part.REPLIES, keys.secrets[Part.REPLIES])

    def rewrap(self, after: bytes, _: Connection | None = None) -> tuple[bytes, int] | None:
        """Wrap the next secrets behind ``after`` with the key that is active now.

        Returns where it is and how many that were, None at the end. Each page is a transaction of its own: a run that
        was stopped may begin anew.
        """
        page = (
            select(subject_keys)
            .where(subject_keys.c.subject_id > after, subject_keys.c.wrapped.is_not(None))
            .order_by(subject_keys.c.subject_id)
            .limit(PAGE)
            .with_for_update()
        )
        with self._engine.begin() as conn:
            rows = conn.execute(page).all()
            again = [SubjectKeys.unwrap(self._wrapper, row.subject_id, row.wrapped) for row in rows]
            if again:
                conn.execute(_REWRAP, [{"key": k.subject_id, "again": k.wrap(self._wrapper)} for k in again])
        return (rows[-1].subject_id, len(rows)) if rows else None

    def sealed_otherwise(self, header: bytes, _: Connection | None = None) -> int:
        """How many secrets are wrapped with another key than the one whose values begin with ``header``."""
        table = subject_keys
        others = table.c.wrapped.is_not(None) & (func.substr(table.c.wrapped, 1, len(header)) != header)
        with self._reading() as conn:
            return conn.execute(select(func.count()).select_from(table).where(others)).scalar_one()

    def _stored_or_new(self, missing: Sequence[bytes]) -> dict[bytes, SubjectKeys]:
        with self._engine.begin() as conn:
            found, erased = self._stored(conn, missing)
            if erased:
                raise Erased
            new = [SubjectKeys.new(i) for i in missing if i not in found]
            if new:
                insert = insert_into(conn, subject_keys).on_conflict_do_nothing(index_elements=["subject_id"])
                rows = [{"subject_id": k.subject_id, "wrapped": k.wrap(self._wrapper)} for k in new]
                conn.execute(insert, rows)
                found |= {k.subject_id: k for k in new} if conn.dialect.name == "sqlite" else self._won(conn, new)
        self._keep_open(found.values())
        return found

    def _won(self, conn: Connection, new: Sequence[SubjectKeys]) -> dict[bytes, SubjectKeys]:
        """Those that are stored now: ours, unless another process was quicker; SQLite lets in one at a time."""
        stored, erased = self._stored(conn, [keys.subject_id for keys in new])
        if erased:
            raise Erased
        return stored

    def _stored(self, conn: Connection, ids: Sequence[bytes]) -> tuple[dict[bytes, SubjectKeys], set[bytes]]:
        found: dict[bytes, SubjectKeys] = {}
        erased: set[bytes] = set()
        for start in range(0, len(ids), PAGE):
            for row in conn.execute(_SOME, {"ids": ids[start : start + PAGE]}):
                if row.wrapped is None:
                    erased.add(row.subject_id)
                else:
                    found[row.subject_id] = SubjectKeys.unwrap(self._wrapper, row.subject_id, row.wrapped)
        return found, erased

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.connect() as conn:
            yield conn.execution_options(skiptrace_reading=True)

    def _cached(self, ids: Iterable[bytes]) -> dict[bytes, SubjectKeys]:
        oldest = time.monotonic() - OPEN_SECONDS
        with self._lock:
            return {i: held[1] for i in ids if (held := self._open.get(i)) and held[0] > oldest}

    def _keep_open(self, several: Iterable[SubjectKeys]) -> None:
        now = time.monotonic()
        with self._lock:
            for keys in several:
                self._open[keys.subject_id] = (now, keys)
                self._open.move_to_end(keys.subject_id)
            while len(self._open) > OPEN_AT_ONCE:
                self._open.popitem(last=False)

    def _forget_on_disk(self) -> None:
        """What was overwritten is gone from the file; now from the write-ahead log too."""
        if self._engine.dialect.name == "sqlite":
            with self._reading() as conn:
                conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _leave_tombstones(conn: Connection, ids: Sequence[bytes], at: datetime) -> None:
    """Also for cases that never had a secret: nobody shall make one for them later."""
    if ids:
        insert = insert_into(conn, subject_keys).on_conflict_do_nothing(index_elements=["subject_id"])
        conn.execute(insert, [{"subject_id": i, "wrapped": None, "destroyed_at": at} for i in dict.fromkeys(ids)])


def _overwrite_what_is_deleted(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()
