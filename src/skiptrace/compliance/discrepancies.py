"""A bureau gave notice that it knows the person at other addresses (rule D-14): is it the same person at all?

Until two identifiers beside the name agree, the record counts for less than anything that is used or written back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import log2

from skiptrace.compliance.rulebook import Rule, RuleBook
from skiptrace.model import (
    Contact,
    ContactStatus,
    Evidence,
    Fact,
    Judgement,
    Match,
    Party,
    SourceRecord,
)

DISCREPANCY = "address_discrepancy"
"""The feature under which the doubt stands in the evidence of a match and of a contact."""

_SENTENCE = "The bureau gave notice of an address discrepancy, and no second identifier agrees."


def cautious(judgement: Judgement, records: Sequence[SourceRecord], rules: RuleBook) -> Judgement:
    """The judgement with each match capped whose bureau gave notice, and each contact that rests on such alone."""
    rule = rules.rule("D-14")
    noticed = noticed_in(records)
    if not noticed or not rule.enabled:
        return judgement
    matches = tuple(_match(m, rule) if (m.provider, m.record_id) in noticed else m for m in judgement.matches)
    ours = {(m.provider, m.record_id): is_doubted(m) for m in matches if m.party is Party.SUBJECT}
    contacts = [_contact(c, ours, rule) for c in judgement.contacts]
    contacts.sort(key=lambda contact: -contact.probability)
    return replace(judgement, matches=matches, contacts=tuple(contacts))


def noticed_in(records: Sequence[SourceRecord]) -> set[tuple[str, str]]:
    """Provider and id of the records with which the bureau gave notice."""
    return {(r.provider, r.record_id) for r in records if r.address_discrepancy is Fact.YES}


def is_doubted(judged: Match | Contact) -> bool:
    """Whether a notice of discrepancy stands against it."""
    return any(e.feature == DISCREPANCY for e in judged.evidence)


def _match(match: Match, rule: Rule) -> Match:
    least, wanted = rule.number("least_bits"), rule.words("identifiers")
    agreeing = {e.feature.partition(".")[0] for e in match.evidence if e.feature in wanted and e.bits >= least}
    kinds = {"ssn" if family == "ssn4" else family for family in agreeing}
    if len(kinds) >= 2:
        return match
    lower, doubt = _capped(match.probability, rule)
    return replace(match, probability=lower, evidence=(*match.evidence, doubt))


def _contact(contact: Contact, ours: dict[tuple[str, str], bool], rule: Rule) -> Contact:
    behind = [ours[key] for ground in contact.grounds if (key := (ground.provider, ground.record_id)) in ours]
    if not behind or not all(behind):
        return contact
    believed = contact.status in (ContactStatus.VERIFIED, ContactStatus.LIKELY)
    status = ContactStatus.CANDIDATE if believed else contact.status
    lower, doubt = _capped(contact.probability, rule)
    return replace(contact, probability=lower, status=status, evidence=(*contact.evidence, doubt))


def _capped(probability: float, rule: Rule) -> tuple[float, Evidence]:
    """The probability under the cap, and the evidence with which the bits still add up to it."""
    lower = min(probability, rule.number("cap"))
    return lower, Evidence(DISCREPANCY, _bits(lower) - _bits(probability), _SENTENCE)


def _bits(probability: float) -> float:
    """Log-odds; a certainty counts as one in a million short of it."""
    p = min(max(probability, 1e-6), 1 - 1e-6)
    return log2(p / (1 - p))
