"""``skiptrace lookup``: one case, at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def lookup(
    context: typer.Context,
    *,
    case_file: Annotated[
        Path | None, typer.Argument(metavar="[CASE.json]", help="A JSON object with the fields of an account.")
    ] = None,
    purpose: Annotated[str, typer.Option(help="Permissible purpose: `collection`, or codes such as GLBA_ENFORCE.")],
    certified_by: Annotated[str, typer.Option(help="The person who certifies that purpose.")],
    file: Annotated[Path | None, typer.Option(help="Placement file to take the account from.")] = None,
    account: Annotated[str, typer.Option(help="Account id; with --file, the row to take.")] = "",
    first: Annotated[str, typer.Option()] = "",
    middle: Annotated[str, typer.Option()] = "",
    last: Annotated[str, typer.Option()] = "",
    suffix: Annotated[str, typer.Option()] = "",
    dob: Annotated[str, typer.Option(help="Birth date, also in part: 1971, 1971-05, 1971-05-23.")] = "",
    ssn: Annotated[str, typer.Option(help="Better in a JSON file: other users can read a command line.")] = "",
    ssn4: Annotated[str, typer.Option(help="Last four digits of the SSN.")] = "",
    address: Annotated[str, typer.Option(help="Last known delivery line.")] = "",
    unit: Annotated[str, typer.Option()] = "",
    city: Annotated[str, typer.Option()] = "",
    state: Annotated[str, typer.Option()] = "",
    zip_code: Annotated[str, typer.Option("--zip")] = "",
    phone: Annotated[list[str] | None, typer.Option(help="Last known phone; may be repeated.")] = None,
    email: Annotated[list[str] | None, typer.Option(help="Last known e-mail; may be repeated.")] = None,
    balance: Annotated[str, typer.Option(help="Amount owed, in US dollars.")] = "",
    account_state: Annotated[str, typer.Option(help="State of the account: open, closed, ceased, ...")] = "",
    debt_origin: Annotated[str, typer.Option(help="credit, medical, utility, judgment, ...")] = "",
    reference: Annotated[Path | None, typer.Option(help="Reference file to search first.")] = None,
    sandbox: Annotated[str, typer.Option(help="Address of a simulated bureau to ask instead of the vendors.")] = "",
    budget: Annotated[float | None, typer.Option(min=0, help="Most that this case may cost, in US dollars.")] = None,
    strategy: Annotated[Path | None, typer.Option(help="Waterfall file; the shipped one if absent.")] = None,
    whole: Annotated[bool, typer.Option("--all", help="Show the unlikely contacts too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Trace one case and show its contacts with scores, reasons, grants and cost.

    The case comes from the options, from a JSON file with the same names, or from a row of a placement file.
    """
    from skiptrace.cli.context import read_settings
    from skiptrace.cli.lookup_run import Source, look_up

    given = {
        "account_id": account,
        "first": first,
        "middle": middle,
        "last": last,
        "suffix": suffix,
        "birth_date": dob,
        "ssn": ssn,
        "ssn4": ssn4,
        "address": address,
        "unit": unit,
        "city": city,
        "state": state,
        "zip": zip_code,
        "phone": "; ".join(phone or ()),
        "email": "; ".join(email or ()),
        "balance": balance,
        "account_state": account_state,
        "debt_origin": debt_origin,
    }
    settings = read_settings(
        context,
        reference_file=reference,
        sandbox_url=sandbox or None,
        case_budget=budget,
        strategy=strategy,
    )
    source = Source(purpose, certified_by, {k: v for k, v in given.items() if v}, case_file, file)
    raise typer.Exit(look_up(settings, source, whole=whole, as_json=as_json))
