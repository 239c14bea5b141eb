"""Scores a batch against the truth: how many debtors were found, how honest the probabilities are, at what price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel

from skiptrace.model import Personal
from skiptrace.sandbox.addressing import same_address
from skiptrace.sandbox.truth import Truth

_BINS = 10


class _Contact(BaseModel):
    kind: Literal["address", "phone", "email"]
    value: str
    probability: float
    status: str


class _Result(BaseModel):
    """The parts of a results line that are scored; others may stand beside them."""

    account_id: str
    contacts: list[_Contact]
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, repr=False)
class Claim(Personal):
    """The top-ranked contact of its kind for one traceable debtor, and whether it is right today."""

    kind: str
    probability: float
    right: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Claims whose probability lies in [low, high): how likely they were said to be, how many were right."""

    low: float
    high: float
    claims: int
    claimed: float
    right: float


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Counts over a batch. Rates speak of traceable debtors unless they say otherwise; money is in US dollars."""

    accounts: int
    traceable: int
    hits: int
    """Traceable debtors for whom anything at all was returned."""
    located: int
    """Those with a right contact among the likely or verified ones."""
    address_right: int
    phone_right: int
    verified: int
    verified_current: int
    verified_own: int
    """Verified contacts that are, or once were, the debtor's own."""
    barred: int
    """The dead, the bankrupt, minors and closed accounts."""
    barred_given_contacts: int
    cost: Decimal
    address_bins: tuple[Bin, ...]
    phone_bins: tuple[Bin, ...]

    @property
    def address_rate(self) -> float:
        return _share(self.address_right, self.traceable)

    @property
    def phone_rate(self) -> float:
        return _share(self.phone_right, self.traceable)

    @property
    def locate_rate(self) -> float:
        return _share(self.located, self.traceable)

    @property
    def verified_precision(self) -> float:
        return _share(self.verified_own, self.verified)

    @property
    def cost_per_locate(self) -> Decimal | None:
        """None when nobody was located."""
        return (self.cost / self.located).quantize(Decimal("0.0001")) if self.located else None


def score(results: Iterable[Mapping[str, object]], truth: Iterable[Truth]) -> Scorecard:
    """Score the objects of a ``results.jsonl`` (account_id, contacts ranked best first, cost).

    Raises ValueError for a result whose account the truth does not know, or that lacks one of those fields.
    """
    known = {entry.account_id: entry for entry in truth}
    read = [_Result.model_validate(result) for result in results]
    if strangers := sum(result.account_id not in known for result in read):
        raise ValueError(f"{strangers} of {len(read)} results are of accounts that this world does not have")
    pairs = [(result, known[result.account_id]) for result in read]
    traceable = [(result, entry) for result, entry in pairs if entry.traceable]
    barred = [result for result, entry in pairs if not entry.traceable]
    claims = [claim for result, entry in traceable for claim in _claims(result, entry)]
    verified = [(contact, entry) for r, entry in traceable for contact in r.contacts if contact.status == "verified"]
    return Scorecard(
        accounts=len(pairs),
        traceable=len(traceable),
        hits=sum(bool(result.contacts) for result, _ in traceable),
        located=sum(_is_located(result, entry) for result, entry in traceable),
        address_right=sum(claim.right for claim in claims if claim.kind == "address"),
        phone_right=sum(claim.right for claim in claims if claim.kind == "phone"),
        verified=len(verified),
        verified_current=sum(_is_right(contact, entry) for contact, entry in verified),
        verified_own=sum(_is_right(contact, entry) or _was_right(contact, entry) for contact, entry in verified),
        barred=len(barred),
        barred_given_contacts=sum(bool(result.contacts) for result in barred),
        cost=sum((result.cost for result, _ in pairs), Decimal(0)),
        address_bins=reliability([claim for claim in claims if claim.kind == "address"]),
        phone_bins=reliability([claim for claim in claims if claim.kind == "phone"]),
    )


def reliability(claims: Sequence[Claim]) -> tuple[Bin, ...]:
    """Ten bins of equal width; empty ones are left out."""
    bins = []
    for number in range(_BINS):
        low, high = number / _BINS, (number + 1) / _BINS
        inside = [c for c in claims if low <= c.probability < high or (high == 1 and c.probability == 1)]
        if inside:
            claimed = sum(claim.probability for claim in inside) / len(inside)
            bins.append(Bin(low, high, len(inside), claimed, _share(sum(c.right for c in inside), len(inside))))
    return tuple(bins)


def _claims(result: _Result, truth: Truth) -> Iterable[Claim]:
    for kind in ("address", "phone"):
        top = next((contact for contact in result.contacts if contact.kind == kind), None)
        if top:
            yield Claim(kind, top.probability, _is_right(top, truth))


def _is_located(result: _Result, truth: Truth) -> bool:
    return any(c.status in {"verified", "likely"} and _is_right(c, truth) for c in result.contacts)


def _is_right(contact: _Contact, truth: Truth) -> bool:
    return _among(contact, truth.addresses, truth.phones)


def _was_right(contact: _Contact, truth: Truth) -> bool:
    return _among(contact, truth.past_addresses, truth.past_phones)


def _among(contact: _Contact, addresses: Sequence[str], phones: Sequence[str]) -> bool:
    if contact.kind == "address":
        return any(same_address(contact.value, address) for address in addresses)
    digits = "".join(c for c in contact.value if c.isdigit())
    return contact.kind == "phone" and digits[-10:] in phones


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
