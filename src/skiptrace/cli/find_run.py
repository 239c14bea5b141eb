"""Behind ``skiptrace find``."""

from __future__ import annotations

import sys

from skiptrace.access import Principal, Role
from skiptrace.cli.output import console, print_json, table
from skiptrace.errors import BadInput
from skiptrace.privacy import AuditEvent
from skiptrace.settings import Settings
from skiptrace.wiring import SystemClock, open_store


async def print_found(settings: Settings, account: str, phone: str, name: str, *, as_json: bool) -> None:
    """The trail has by what was searched, never the number or name. Raises BadInput unless one of them is given."""
    given = {kind: value for kind, value in (("account", account), ("phone", phone), ("name", name)) if value}
    if len(given) != 1:
        raise BadInput("find", "takes exactly one of --account, --phone and --name")
    [(by, value)] = given.items()
    wanted = sys.stdin.readline().strip() if value == "-" else value
    now = SystemClock().now()
    async with open_store(settings, SystemClock()) as store:
        await store.audit.note(AuditEvent(now, "case.searched", "search", by, settings.requester, settings.tenant))
        who = Principal(settings.requester, settings.tenant, Role.OPERATOR)
        found = await store.access.find(
            who,
            now,
            account_id=wanted if by == "account" else "",
            phone=wanted if by == "phone" else "",
            name=_name(wanted) if by == "name" else None,
        )
    if as_json:
        print_json([{"case_id": held.case_id, "account_id": held.account_id} for held in found])
    elif not found:
        console().print("No case is found.")
    else:
        console().print(table(["account", "case"], [[held.account_id, held.case_id] for held in found]))


def _name(text: str) -> tuple[str, str]:
    """First and last word: the name that was searched is marked by these two alone."""
    words = text.split()
    if len(words) < 2:
        raise BadInput("name", "needs a first and a last name")
    return words[0], words[-1]
