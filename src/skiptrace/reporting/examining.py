"""The files about one case that an examiner is given: all of it as JSON, PROV-JSON and a page, and its proof."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import orjson

from skiptrace.errors import BadInput
from skiptrace.privacy.bundles import PROOF
from skiptrace.reporting.dossier import Dossier, Told, to_json, to_prov
from skiptrace.reporting.dossier_page import dossier_page
from skiptrace.stores import SqlStore


async def gather(store: SqlStore, tenant: str, case_id: str) -> Dossier:
    """Raises BadInput when there is no such case of this tenant, or it was erased."""
    case = await store.case(case_id)
    if case is None or case.tenant != tenant:
        raise BadInput("case", "is not known here, or was erased")
    calls = tuple(await store.calls(case_id))
    replies = {call.call_id: reply for call in calls if (reply := await store.reply(call.call_id)) is not None}
    traces = [found for name in await store.audit.traces_of_case(case_id) if (found := await store.trace(name))]
    records = [record for trace in traces for record in await store.records(trace.trace_id)]
    outcomes = [outcome for trace in traces for outcome in await store.outcomes(trace.trace_id)]
    told = [Told(t.event_id, t.kind, t.at, t.deliveries) for t in await store.audit.told_of_case(case_id)]
    ids = [case_id, case.account.account_id, *(c.call_id for c in calls), *(t.trace_id for t in traces)]
    ids += [case.batch_id] * bool(case.batch_id) + [outcome.outcome_id for outcome in outcomes]
    audit = await store.audit.about(ids)
    return Dossier(case, calls, replies, tuple(traces), tuple(records), tuple(outcomes), tuple(told), tuple(audit))


async def files_of(dossier: Dossier, store: SqlStore, at: datetime) -> Mapping[str, bytes]:
    """The files by name, with the proof of their audit rows."""
    segments = await store.audit.prove(dossier.audit)
    return {
        "case.json": to_json(dossier),
        "prov.json": to_prov(dossier),
        "case.html": dossier_page(dossier, at).encode(),
        PROOF: orjson.dumps([segment.to_json() for segment in segments]),
    }
