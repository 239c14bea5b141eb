"""The permissible purpose as it is written on the command line and in a request."""

from __future__ import annotations

from datetime import datetime

from skiptrace.errors import BadInput
from skiptrace.model import Purpose

COLLECTION = "collection"
_STATUTES = ("fcra", "glba", "dppa", "dmf")


def read_purpose(text: str, certified_by: str, at: datetime) -> Purpose:
    """``collection`` stands for the usual grounds of collecting an account (15 USC 1681b(a)(3)(A), 6802(e)(1)).

    Otherwise the codes themselves, separated by commas, at most one per statute. Raises BadInput.
    """
    if not certified_by.strip():
        raise BadInput("certified-by", "names the person who certifies the purpose; add --certified-by NAME")
    codes = text.replace(",", " ").split()
    if not codes:
        raise BadInput("purpose", "is missing; write --purpose collection, or the codes of the grounds")
    if [code.casefold() for code in codes] == [COLLECTION]:
        codes = ["FCRA_COLLECT", "GLBA_ENFORCE"]
    given: dict[str, str] = {}
    for code in (c.upper() for c in codes):
        statute = code.partition("_")[0].lower()
        if statute not in _STATUTES or statute in given:
            raise BadInput(
                "purpose", "is `collection`, or one code each of FCRA_, GLBA_, DPPA_, DMF_, such as GLBA_ENFORCE"
            )
        given[statute] = code
    return Purpose(**given, certified_by=certified_by.strip(), certified_at=at)
