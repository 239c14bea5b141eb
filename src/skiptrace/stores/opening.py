"""Opening a database: bring its schema up to date, and make sure that the key ring is the one it was written with."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select, text

from skiptrace.errors import ConfigError, StoreError
from skiptrace.privacy import Cipher, Guard, KeyRing, SubjectIds
from skiptrace.stores import schema
from skiptrace.stores.databases import take_turn
from skiptrace.stores.migrations import REVISIONS
from skiptrace.stores.trouble import plain_errors
from skiptrace.stores.vault import Vault


def prepare(
    key_file: Path, guard: Guard | None, keys: Engine, wrapper: Cipher, conn: Connection
) -> tuple[KeyRing, Vault]:
    """``keys`` leads to the vault's database, whose secrets ``wrapper`` wraps.

    Raises ConfigError when the database is newer than this version, or when the key file or the vault is missing, wrong
    or open to others.
    """
    take_turn(conn, at_most=0)  # a migration takes the time that it takes
    _migrate(conn)
    ring = _ring(conn, key_file, guard)
    return ring, _vault(conn, Vault(keys, wrapper, SubjectIds(ring.derive("subject ids"))))


def _vault(conn: Connection, vault: Vault) -> Vault:
    """The vault, when it is the one that this database began with."""
    try:
        with plain_errors():
            vault_id = vault.prepare()
    except StoreError as error:
        raise StoreError(f"subject_keys: {error}") from None  # which of the two databases it is
    known = conn.execute(select(schema.privacy.vaults.c.vault_id)).scalar_one_or_none()
    if known is None:
        conn.execute(schema.privacy.vaults.insert(), [{"vault_id": vault_id}])
    elif known != vault_id:
        raise ConfigError(
            "the vault of subject keys is missing or belongs to another database: restore its file from your backup, "
            "or name the right one in the setting subject_keys"
        )
    return vault


def _migrate(conn: Connection) -> None:
    at = _revision(conn)
    if at == REVISIONS[-1]:
        return
    if at is not None and at not in REVISIONS:
        raise ConfigError(
            "the database was written by a newer skiptrace: install that version, or use another database"
        )
    _upgrade(conn)


def _revision(conn: Connection) -> str | None:
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _upgrade(conn: Connection) -> None:
    # Alembic is slow to import and needed on the first start of a version only
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "skiptrace.stores:migrations")
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def _ring(conn: Connection, key_file: Path, guard: Guard | None) -> KeyRing:
    rows = conn.execute(select(schema.keys))
    known = {row.key_id: row.check_value for row in rows}
    ring = _fitting(key_file, guard, known)
    if missing := [{"key_id": i, "check_value": value} for i, value in ring.checks().items() if i not in known]:
        conn.execute(schema.keys.insert(), missing)
    return ring


def _fitting(key_file: Path, guard: Guard | None, known: Mapping[str, bytes]) -> KeyRing:
    """The ring in ``key_file``, which must hold every key that the database knows; a fresh one when it knows none."""
    if not key_file.exists():
        if not known:
            return KeyRing.create(key_file, guard)
        raise ConfigError(
            f"the key file {key_file} is missing, and the database cannot be read without it: "
            "restore the file from your backup, or name another database to begin anew"
        )
    ring = KeyRing.read(key_file, guard)
    checks = ring.checks()
    if any(not hmac.compare_digest(checks.get(key_id, b""), value) for key_id, value in known.items()):
        raise ConfigError(f"the key file {key_file} belongs to another database: name the one this database began with")
    return ring
