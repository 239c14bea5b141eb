"""Fields that several shapes have, and what every body that comes in has."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from skiptrace.intake import FIELDS
from skiptrace.intake.free_text import holds_card

RULE = r"^[A-Z]{1,2}-[A-Z0-9]{1,8}$"
_OPAQUE = r"^[A-Za-z0-9._-]{1,128}$"
_PRINTABLE = r"^[^\x00-\x1f\x7f/]{1,128}$"
Id = Annotated[str, Field(pattern=_OPAQUE)]
PathId = Annotated[str, Path(pattern=_OPAQUE)]
PathAccount = Annotated[str, Path(pattern=_PRINTABLE)]
AccountId = Annotated[str, Field(pattern=_PRINTABLE)]
PrincipalId = Annotated[str, Field(pattern=r"^[A-Za-z0-9@._-]{1,64}$")]
Money = Annotated[Decimal, PlainSerializer(float, return_type=float)]


def _is_written_out(value: object) -> object:
    """A number, or a text of digits, would be read as seconds since 1970."""
    seconds = not value[:5].endswith("-") if isinstance(value, str) else isinstance(value, int | float)
    if seconds:
        raise ValueError("a moment is written as 2026-03-02T12:00:00Z")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_is_written_out)]
Cell = str | int | float | bool | None
_CELL = {"type": ["string", "number", "boolean", "null"]}
_CELLS = {"anyOf": [_CELL, {"type": "array", "items": _CELL}]}
ACCOUNT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "One account by the names of its fields, as a placement file names its columns. Needed are "
    "account_id, balance (US dollars), account_state, and a name.",
    "properties": dict.fromkeys(FIELDS, _CELLS),
    "additionalProperties": _CELLS,
    "maxProperties": 200,
}
AccountFields = Annotated[dict[str, Cell | list[Cell]], Field(max_length=200, json_schema_extra=ACCOUNT_SCHEMA)]


class In(BaseModel):
    """Unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _no_card(text: str) -> str:
    if holds_card(text):
        raise ValueError("holds what may be a card number")
    return text


FreeText = Annotated[
    str, Field(min_length=10, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f]*$"), AfterValidator(_no_card)
]
"""What somebody wrote by hand (rule D-12)."""


class Done(BaseModel):
    done: bool
