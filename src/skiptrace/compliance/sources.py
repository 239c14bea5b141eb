"""May this provider be asked? Rules A-04 to A-16: purpose against data class, method, payload and certification."""

from __future__ import annotations

from dataclasses import dataclass

from skiptrace.compliance.gate import NO, NOT_STATED, Finding, Gate, Verdict, decide
from skiptrace.compliance.rulebook import Rule, RuleBook, Stage
from skiptrace.model import AccountFact, Case, DataClass, Fact, Manifest, Product, Request

NEEDED_BY_CLASS = {
    DataClass.FCRA: ("FCRA_COLLECT",),
    DataClass.GLBA: ("GLBA_ENFORCE",),
    DataClass.DPPA: ("DPPA_VERIFY_DEBT",),
    DataClass.DMF: ("DMF_BUSINESS",),
    DataClass.PUBLIC: (),
    DataClass.AGENCY: (),
}
"""The ground that each data class needs when its manifest names none. Public and agency-owned data need none."""


@dataclass(frozen=True, slots=True, repr=False)
class Inquiring:
    """The question of this gate. ``request`` is there only when the payload is about to be sent."""

    case: Case
    manifest: Manifest
    product: Product
    request: Request | None = None

    @property
    def regulated_as(self) -> DataClass:
        return self.manifest.data_class


def may_ask(case: Case, manifest: Manifest, product: Product, rules: RuleBook) -> Verdict:
    """Whether this product may be asked about this case. A refusal concerns this provider only."""
    question = Inquiring(case, manifest, product)
    return decide(rules, Stage.PROVIDER, PROVIDER, question, f"{manifest.id}.{product.id}")


def may_send(case: Case, manifest: Manifest, product: Product, request: Request, rules: RuleBook) -> Verdict:
    """Whether this payload may leave: nothing beyond what the rule allows and the product's manifest declares."""
    question = Inquiring(case, manifest, product, request)
    return decide(rules, Stage.OUTBOUND, OUTBOUND, question, f"{manifest.id}.{product.id}")


def _purpose(q: Inquiring, rule: Rule, book: RuleBook) -> Finding:
    """Each statute that the manifest names must be met by one of the grounds it lists for that statute."""
    listed = q.manifest.purposes or NEEDED_BY_CLASS[q.regulated_as]
    declared = q.case.purpose.codes
    for statute in sorted({code.split("_", 1)[0] for code in listed}):
        accepted = [code for code in listed if code.startswith(f"{statute}_")]
        if not declared & set(accepted):
            return Finding("yes", f"purpose: the data needs {' or '.join(accepted)}, which is not declared")
        if q.manifest.method != "batch_file" and not any(q.manifest.purpose_map.get(code) for code in accepted):
            return Finding("unmapped", f"purpose_unmapped: no contract code is set for {' or '.join(accepted)}")
    needed = q.regulated_as.value.upper()
    if NEEDED_BY_CLASS[q.regulated_as] and not any(code.startswith(f"{needed}_") for code in declared):
        return Finding("yes", f"purpose: {needed} data needs a declared {needed} ground")
    return Finding(NO, "the declared purpose covers the data" if listed else "the data needs no permissible purpose")


def _debt_origin(q: Inquiring, rule: Rule, book: RuleBook) -> Finding:
    if q.regulated_as is not DataClass.FCRA:
        return Finding(NO, "no consumer report is asked for")
    origin = _origin(q.case)
    if origin in rule.words("allowed"):
        return Finding(NO, "the account arose from a credit transaction with the consumer")
    if origin in rule.words("allowed_with_note"):
        return Finding("noted", "the account rests on a judgment; courts differ when no credit was involved")
    if origin in ("", "unknown"):
        return Finding("unknown", "the origin of the debt is not known; a consumer report needs a credit transaction")
    return Finding("yes", "the debt did not arise from a credit transaction; a person has to enable consumer reports")


def _financial_institution(q: Inquiring, rule: Rule, book: RuleBook) -> Finding:
    if q.regulated_as is not DataClass.GLBA or q.case.purpose.glba != "GLBA_ENFORCE":
        return Finding(NO, "the enforcement ground for financial-institution data is not relied on")
    origin = _origin(q.case)
    if origin in rule.words("financial"):
        return Finding(NO, "the debt is owed to or for a financial institution")
    if origin in ("", "unknown"):
        return Finding(NOT_STATED, "the origin of the debt is not stated; the certification of use covers it")
    return Finding(
        "yes", "the creditor may not be a financial institution; a person has to name the ground that applies"
    )


def _origin(case: Case) -> str:
    return case.account.debt_origin.strip().casefold()


def _submitted_value(q: Inquiring, rule: Rule, book: RuleBook) -> Finding:
    if q.regulated_as is not DataClass.DPPA:
        return Finding(NO, "no motor-vehicle record is asked for")
    if not book.profile.dppa_enabled:
        return Finding("not_configured", "motor-vehicle records are off until the agency configures them")
    if q.case.purpose.dppa != "DPPA_VERIFY_DEBT":
        return Finding(NO, "the verification ground is not relied on")
    subject = q.case.subject
    given = bool(subject.addresses or subject.phones)
    if not given or q.case.account.fact(AccountFact.SUBMITTED_CONTACT) is not Fact.YES:
        return Finding(
            "yes", "dppa_no_submitted_value: there is no address or phone that the consumer is known to have given"
        )
    return Finding(NO, "a value that the consumer submitted is to be verified")


def _highly_restricted(q: Inquiring, rule: Rule, book: RuleBook) -> Finding:
    if q.regulated_as is not DataClass.DPPA:
        return Finding(NO, "no motor-vehicle record is asked for")
    if not q.manifest.drops:
        return Finding("yes", "the manifest does not name the photographs, SSNs and medical data to drop")
    return Finding(NO, f"dropped before anything is read or stored: {', '.join(q.manifest.drops)}")


def _disclosures(q: Inquiring, rule: Rule, book: RuleBook) -> Finding:
    if q.regulated_as is not DataClass.DPPA:
        return Finding(NO, "no motor-vehicle record is asked for")
    return Finding("yes", "each delivery is in the audit trail with its recipient, which retention leaves alone")


def _litigation(q: Inquiring, rule: Rule, book: RuleBook) -> Finding:
    if q.regulated_as is not DataClass.DPPA or q.case.purpose.dppa != "DPPA_LITIG":
        return Finding(NO, "the litigation ground for motor-vehicle records is not relied on")
    account = q.case.account
    if account.fact(AccountFact.LITIGATION) is not Fact.YES and account.fact(AccountFact.JUDGMENT) is not Fact.YES:
        return Finding("yes", "nobody with the legal role has recorded litigation or a judgment on this account")
    if account.fact(AccountFact.TIME_BARRED) is not Fact.NO:
        return Finding("yes", "the debt is not known to be within the time for suing")
    return Finding(NO, "litigation is recorded and the debt is within the time for suing")


def _method(q: Inquiring, rule: Rule, book: RuleBook) -> Finding:
    if q.manifest.method not in rule.words("methods"):
        return Finding("yes", "the way this provider gets its data is not one of the licensed or public ways")
    forbidden = set(rule.words("forbidden_products")) & {q.product.id, *q.product.gives}
    if forbidden:
        return Finding("yes", f"{', '.join(sorted(forbidden))} can only be had by pretext")
    return Finding(NO, "the data is licensed, public or the agency's own")


def _death_master_file(q: Inquiring, rule: Rule, book: RuleBook) -> Finding:
    if q.regulated_as is not DataClass.DMF:
        return Finding(NO, "the Death Master File is not asked for")
    until = book.profile.dmf_certified_until
    if until is None or until < q.case.as_of:
        return Finding("yes", "the agency has no current Commerce certification for the Death Master File")
    return Finding(NO, "the agency is certified for the Death Master File")


def _payload(q: Inquiring, rule: Rule, book: RuleBook) -> Finding:
    if q.manifest.method == "batch_file":
        return Finding(NO, "a file of the agency's own is searched; nothing leaves")
    sent = set(q.product.sends) | set(q.request.fields if q.request else ())
    extra = sorted(sent - set(rule.words("fields")))
    if extra:
        return Finding("yes", f"the payload holds what a provider must not be told: {', '.join(extra)}")
    undeclared = sorted(set(q.request.fields) - set(q.product.sends)) if q.request else []
    if undeclared:
        return Finding("yes", f"the payload holds what the manifest does not declare: {', '.join(undeclared)}")
    return Finding(NO, "the payload identifies the person and says nothing of the debt")


def _not_for_eligibility(q: Inquiring, rule: Rule, book: RuleBook) -> Finding:
    if q.regulated_as is DataClass.FCRA:
        return Finding(NO, "the data is a consumer report")
    return Finding("yes", "not_for_eligibility: the data must not decide on credit, insurance, employment or a tenancy")


PROVIDER: Gate[Inquiring] = {
    "A-01": _purpose,
    "A-04": _debt_origin,
    "A-06": _financial_institution,
    "A-08": _submitted_value,
    "A-09": _litigation,
    "A-10": _highly_restricted,
    "A-11": _disclosures,
    "A-12": _method,
    "A-13": _death_master_file,
    "A-14": _payload,
    "A-16": _not_for_eligibility,
}

OUTBOUND: Gate[Inquiring] = {"A-14": _payload}
