"""What is true of a debtor, for the evaluation only: given out under the bureau's token, never seen by the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from skiptrace.model import Personal
from skiptrace.sandbox.accounts import account_id, is_closed
from skiptrace.sandbox.world import Person, World


@dataclass(frozen=True, slots=True, repr=False)
class Truth(Personal):
    """Where one debtor can really be reached. Addresses are full texts, phones ten digits.

    ``traceable`` is False for the dead, the bankrupt, minors and closed accounts: nobody may look for them.
    """

    account_id: str
    person: str
    traceable: bool
    addresses: tuple[str, ...]
    phones: tuple[str, ...]
    past_addresses: tuple[str, ...]
    past_phones: tuple[str, ...]


def truths(world: World, account_ids: Iterable[str]) -> list[Truth]:
    """The truth of each account that the world knows, in the order asked; unknown numbers are left out."""
    people = _people_by_account(world)
    return [_truth(number, people[number], world) for number in account_ids if number in people]


def _people_by_account(world: World) -> Mapping[str, Person]:
    return {account_id(world, key): person for key, person in world.people.items()}


def _truth(number: str, person: Person, world: World) -> Truth:
    minor = person.age(world.today) < 18
    barred = person.died or person.bankruptcy or minor or is_closed(world, person.key)
    return Truth(
        account_id=number,
        person=person.key,
        traceable=not barred,
        addresses=tuple(stay.dwelling.text for stay in person.stays if stay.end is None),
        phones=tuple(tenure.number for tenure in person.tenures if tenure.end is None),
        past_addresses=tuple(stay.dwelling.text for stay in person.stays if stay.end),
        past_phones=tuple(tenure.number for tenure in person.tenures if tenure.end),
    )
