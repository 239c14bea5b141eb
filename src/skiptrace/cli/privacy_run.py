"""Behind ``skiptrace privacy``."""

from __future__ import annotations

from skiptrace.access import MATRIX, Action
from skiptrace.cli.output import console, print_json, table
from skiptrace.errors import ConfigError, PolicyRefused
from skiptrace.intake import free_text
from skiptrace.privacy import AuditEvent, KeyRing
from skiptrace.privacy.retention import load_retention
from skiptrace.settings import Settings
from skiptrace.stores.erasing import Account
from skiptrace.stores.looking import Act
from skiptrace.wiring import SystemClock, guard_of, new_id, open_store

TWO = MATRIX.entries[Action.ERASE].citation


async def ask_erasure(settings: Settings, account_id: str, reason: str, by: str, *, as_json: bool) -> None:
    """Print the id under which a second person signs."""
    account = _account(settings, account_id, by, reason)
    async with open_store(settings, SystemClock()) as store:
        until = await store.access.ask_approval(_act(account), wanted := account.signature(new_id()))
    if as_json:
        print_json({"approval_id": wanted.approval_id, "expires_at": until})
    else:
        console().print(
            f"Asked. Until {until:%Y-%m-%d %H:%M} UTC somebody else signs with "
            f"skiptrace access approve {wanted.approval_id}",
            markup=False,
            soft_wrap=True,
        )


async def erase_account(
    settings: Settings, account_id: str, reason: str, approval: str, by: str, *, as_json: bool
) -> None:
    """Raises PolicyRefused without an unused signature of somebody else under this very erasure, or while held."""
    account = _account(settings, account_id, by, reason)
    async with open_store(settings, SystemClock()) as store:
        if not await store.may_erase(account, approval, SystemClock().now()):
            raise PolicyRefused("erase", "no unused signature of a second person stands under this erasure", TWO)
        done = await store.erasing.erase(account)
    if as_json:
        print_json({"erasure_id": done.erasure_id, "account_id": done.account_id, "cases": done.cases})
    else:
        console().print(
            f"Erased {done.cases} cases of account {account_id}; tombstone {done.erasure_id}.", markup=False
        )


async def hold_account(settings: Settings, account_id: str, reason: str, by: str, *, as_json: bool) -> None:
    async with open_store(settings, SystemClock()) as store:
        hold = await store.erasing.hold(_account(settings, account_id, by, reason))
    if as_json:
        print_json({"hold_id": hold.hold_id, "account_id": hold.account_id})
    else:
        console().print(f"Account {account_id} is held; hold {hold.hold_id}.", markup=False)


async def release_account(settings: Settings, account_id: str, by: str) -> None:
    async with open_store(settings, SystemClock()) as store:
        await store.erasing.release(_account(settings, account_id, by))
    console().print(f"Account {account_id} is held no longer.", markup=False)


async def list_holds(settings: Settings, *, as_json: bool) -> None:
    async with open_store(settings, SystemClock()) as store:
        standing = await store.erasing.holds(settings.tenant)
    if as_json:
        print_json([{"account_id": h.account_id, "placed_at": h.placed_at, "placed_by": h.placed_by} for h in standing])
        return
    rows = [[h.account_id, f"{h.placed_at:%Y-%m-%d}", h.placed_by, h.reason] for h in standing]
    console().print(table(["account", "since", "placed by", "reason"], rows) if rows else "No account is held.")


async def retain(settings: Settings, *, dry_run: bool, as_json: bool) -> None:
    rules = load_retention(settings.retention)
    async with open_store(settings, SystemClock()) as store:
        done = await store.retaining.run(rules, dry=dry_run)
    if as_json:
        print_json([{"rule": d.rule.kind, "keep_days": d.rule.keep_days, "count": d.count} for d in done])
        return
    rows = [[d.rule.kind, f"{d.rule.keep_days:,}", f"{d.count:,}", d.rule.since] for d in done]
    head = ["rule", "days kept", "due" if dry_run else "disposed of", "since"]
    console().print(table(head, rows, right=head[1:3]))


async def rotate_keys(settings: Settings, *, retire: bool) -> None:
    async with open_store(settings, SystemClock()) as store:
        if retire:
            retired = await store.rotation.retire()
            said = f"{retired} old keys are off the ring. Back up {settings.key_path} now; destroy older copies."
        else:
            done = await store.rotation.rotate()
            again = " This finished a rotation that had been begun: run again for a new key." if done.resumed else ""
            said = (
                f"The keys of {done.secrets:,} cases are wrapped with the active key, {done.new}. "
                f"Back up {settings.key_path} now.{again}"
            )
    console().print(said, markup=False, soft_wrap=True)


async def seal_key_file(settings: Settings, *, undo: bool) -> None:
    """Raises ConfigError without a key service, StoreError while it cannot be reached."""
    if (guard := guard_of(settings)) is None:
        raise ConfigError("the setting key_service does not name a key service: docs/privacy.md says what it needs")
    KeyRing.seal_file(settings.key_path, guard, undo=undo)
    opened = settings.model_copy(update={"key_service": None}) if undo else settings
    async with open_store(opened, SystemClock()) as store:
        event = "keys.unsealed" if undo else "keys.sealed"
        await store.audit.note(AuditEvent(SystemClock().now(), event, "key ring"))
    done = "lies in clear again: take key_service out of the settings" if undo else "is sealed: destroy older copies"
    console().print(f"{settings.key_path} {done}.", markup=False, soft_wrap=True)


def _act(account: Account) -> Act:
    return Act(account.tenant, account.by, SystemClock().now())


def _account(settings: Settings, account_id: str, by: str, reason: str = "") -> Account:
    return Account(settings.tenant, account_id, by or settings.requester, free_text(reason, "reason"))
