"""Whether the database keeps what it has acknowledged: a purchase that is forgotten would be made again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

_NEEDED = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_write", "remote_apply", "local"),
}


def weak_points(conn: Connection) -> Sequence[str]:
    """What would lose acknowledged commits, each with what to change; none for SQLite, which we set up ourselves."""
    if conn.dialect.name != "postgresql":
        return ()
    found = {name: conn.execute(text(f"SHOW {name}")).scalar_one() for name in _NEEDED}
    return [
        f"PostgreSQL runs with {name} = {found[name]}: set it to on, or a power cut makes us buy twice"
        for name, safe in _NEEDED.items()
        if found[name] not in safe
    ]
