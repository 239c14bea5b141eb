"""Behind ``skiptrace audit``."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from skiptrace.cli.days import whole_days
from skiptrace.cli.output import console, print_json, table
from skiptrace.errors import BadInput
from skiptrace.model import Call
from skiptrace.privacy import AuditEvent
from skiptrace.privacy.bundles import PROOF, check_bundle, write_bundle
from skiptrace.reporting.examining import files_of, gather
from skiptrace.reporting.reconciling import Reconciled, read_invoice, reconcile
from skiptrace.reporting.text import money
from skiptrace.settings import Settings
from skiptrace.wiring import SystemClock, open_store


def verify_bundle(folder: Path, public_key: str, *, as_json: bool) -> None:
    try:
        key = bytes.fromhex(public_key)
    except ValueError:
        raise BadInput("public_key", "is 64 hexadecimal digits") from None
    checked = check_bundle(folder, key or None)
    said = {"files": checked.files, "audit_rows": checked.rows, "signed_by": checked.public_key.hex()}
    if as_json:
        print_json(said)
        return
    console().print(f"The bundle holds: {checked.files} files, {checked.rows} audit rows, all as signed.")
    if not key:
        console().print(f"Signed by {said['signed_by']}: compare it with what `skiptrace audit key` prints there.")


async def verify_database(settings: Settings, *, as_json: bool) -> None:
    """Writes nothing to the trail: what is under suspicion is left as it is."""
    async with open_store(settings, SystemClock()) as store:
        found = await store.audit.verify()
    if as_json:
        print_json({"rows": found.rows, "checkpoints": found.checkpoints, "rows_behind_last": found.unwitnessed})
        return
    console().print(
        f"The audit trail holds: {found.rows:,} rows, {found.checkpoints:,} signed checkpoints, "
        f"{found.unwitnessed:,} rows behind the last."
    )


async def print_key(settings: Settings, *, as_json: bool) -> None:
    async with open_store(settings, SystemClock()) as store:
        signer = store.audit.signer
        before = [{"public_key": one.public_key.hex(), "last_row": one.last_row} for one in signer.retired]
        if as_json:
            print_json({"public_key": signer.public_key.hex(), "before": before})
        else:
            console().print(signer.public_key.hex(), soft_wrap=True)


async def rotate_key(settings: Settings) -> None:
    """The trail is verified first. Raises ChainBroken or BadCheckpoint when it does not hold."""
    async with open_store(settings, SystemClock()) as store:
        done = await store.rotation.renew_signing()
    again = " This finished a replacement that had been begun: run again for another key." if done.resumed else ""
    console().print(
        f"Signed by {done.new} from now on. Tell whoever checks, and back up {settings.key_path} now.{again}",
        markup=False,
        soft_wrap=True,
    )


async def export_case(settings: Settings, case_id: str, out: Path, *, as_json: bool) -> None:
    """The look is audited before anything is read, and stands in the bundle itself."""
    now = SystemClock().now()
    async with open_store(settings, SystemClock()) as store:
        await store.audit.note(AuditEvent(now, "audit.exported", case_id, "case"))
        dossier = await gather(store, settings.tenant, case_id)
        files = await files_of(dossier, store, now)
        write_bundle(out, files, f"case {case_id}", store.audit.signer, now)
        public_key = store.audit.signer.public_key.hex()
    _say_written(out, {"audit_rows": len(dossier.audit), "signed_by": public_key}, as_json=as_json)


async def export_provider(
    settings: Settings, provider: str, days: tuple[str, str], invoice: Path | None, out: Path, *, as_json: bool
) -> None:
    since, until = whole_days(*days)
    lines = read_invoice(invoice) if invoice else []
    now = SystemClock().now()
    async with open_store(settings, SystemClock()) as store:
        await store.audit.note(AuditEvent(now, "audit.exported", provider, f"provider {days[0]} to {days[1]}"))
        calls = await store.audit.calls_of_provider(settings.tenant, provider, since, until)
        result = reconcile(calls, lines)
        segments = await store.audit.prove(await store.audit.about(call.call_id for call in calls))
        files = {
            "calls.json": orjson.dumps([_call(call) for call in calls], option=orjson.OPT_INDENT_2),
            "reconciled.json": orjson.dumps(_reconciled(result), option=orjson.OPT_INDENT_2),
            PROOF: orjson.dumps([segment.to_json() for segment in segments]),
        }
        write_bundle(out, files, f"provider {provider} {days[0]} to {days[1]}", store.audit.signer, now)
    if not as_json:
        console().print(_summary(result))
    _say_written(out, _counts(result), as_json=as_json)


def _call(call: Call) -> dict[str, Any]:
    return {
        "call_id": call.call_id,
        "case_id": call.case_id,
        "product": call.product,
        "state": call.state.value,
        "reserved": f"{call.reserved:f}",
        "charged": f"{call.charged:f}",
        "sent_at": call.sent_at.isoformat() if call.sent_at else None,
    }


def _reconciled(result: Reconciled) -> dict[str, Any]:
    return {
        "matched": [{"call_id": call.call_id, "line": line.number} for call, line in result.matched],
        "only_ours": [_call(call) for call in result.only_ours],
        "only_theirs": [
            {"line": line.number, "date": line.day.isoformat(), "product": line.product, "amount": f"{line.amount:f}"}
            for line in result.only_theirs
        ],
        "in_doubt": [_call(call) for call in result.in_doubt],
    }


def _counts(result: Reconciled) -> dict[str, int]:
    return {
        "matched": len(result.matched),
        "only_ours": len(result.only_ours),
        "only_theirs": len(result.only_theirs),
        "in_doubt": len(result.in_doubt),
    }


def _summary(result: Reconciled) -> Any:
    amounts = (
        sum((line.amount for _, line in result.matched), start=Decimal(0)),
        sum((call.charged for call in result.only_ours), start=Decimal(0)),
        sum((line.amount for line in result.only_theirs), start=Decimal(0)),
        sum((call.reserved for call in result.in_doubt), start=Decimal(0)),
    )
    names = ("matched", "only in our ledger", "only on the invoice", "in doubt")
    rows = [
        [name, f"{count:,}", money(amount)]
        for name, count, amount in zip(names, _counts(result).values(), amounts, strict=True)
    ]
    return table(["", "lines", "amount"], rows, right=["lines", "amount"])


def _say_written(out: Path, facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json({"out": str(out), **facts})
    else:
        console().print(f"Written to {out}. Check it anywhere: skiptrace audit verify {out}", markup=False)
