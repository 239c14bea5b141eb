"""Behind ``skiptrace third-party``."""

from __future__ import annotations

from skiptrace.cli.failures import REFUSED
from skiptrace.cli.output import console, print_json, table
from skiptrace.cli.why_run import find_trace
from skiptrace.contacting import ask_third_party
from skiptrace.errors import BadInput
from skiptrace.settings import Settings
from skiptrace.wiring import connect


async def print_list(settings: Settings, name: str, *, by_account: bool, as_json: bool) -> None:
    """Print parties and kinds, no values. Raises BadInput when the trace is not known."""
    async with connect(settings) as app:
        trace = await find_trace(app.store, settings.tenant, name, by_account=by_account)
    found = [{"rank": n, "party": c.party, "kind": c.kind} for n, c in enumerate(trace.third_party_contacts, 1)]
    if as_json:
        print_json(found)
    elif found:
        console().print(table(["rank", "party", "kind"], [[str(part) for part in f.values()] for f in found]))
    else:
        console().print("Nobody beside the consumer turned up.")


async def ask(settings: Settings, name: str, rank: int, by: str, *, by_account: bool, as_json: bool) -> int:
    """Print the value with its token, or why not. Returns the exit code."""
    async with connect(settings) as app:
        trace = await find_trace(app.store, settings.tenant, name, by_account=by_account)
        if rank > len(trace.third_party_contacts):
            raise BadInput("rank", f"is not in the list, which has {len(trace.third_party_contacts)} entries")
        contact = trace.third_party_contacts[rank - 1]
        token = await ask_third_party(trace, contact, app, by=by)
    value = contact.value if token.token_id else ""
    if as_json:
        found = {"token": token.token_id, "party": contact.party, "value": value, "why": token.verdict.why}
        print_json(found | ({"say": token.say, "may_ask": token.may_ask} if token.token_id else {}))
    elif token.token_id:
        console().print(
            f"{contact.party}: {value}\nToken {token.token_id}, used up by this answer. {token.say}\n"
            f"Ask for nothing but: {', '.join(token.may_ask)}.",
            markup=False,
        )
    else:
        console().print(f"Refused. {token.verdict.why}", markup=False)
    return 0 if token.token_id else REFUSED
