"""Rules as data, and pure functions that apply them: may we look, may we ask, what was learned, which channel, when.

The functions of this room do no I/O (``load_rules`` apart) and know no time; the same values give the same verdict.
"""

from skiptrace.compliance.admission import admit, admit_batch
from skiptrace.compliance.contacts import grant
from skiptrace.compliance.discrepancies import cautious
from skiptrace.compliance.gate import Verdict
from skiptrace.compliance.history import account_now, known_from, overrides_from
from skiptrace.compliance.in_flight import learned
from skiptrace.compliance.known import Known, Stated
from skiptrace.compliance.litigants import listed
from skiptrace.compliance.loading import load_rules
from skiptrace.compliance.overrides import LONGEST, Override, Review, Role, objection, overridden, with_overrides
from skiptrace.compliance.retired import without_retired
from skiptrace.compliance.rulebook import Level, Mark, Profile, Rule, RuleBook, Stage
from skiptrace.compliance.searches import kept, without_minors
from skiptrace.compliance.sources import may_ask, may_send
from skiptrace.compliance.third_parties import may_contact_third_party
from skiptrace.compliance.use import Usability, can_use
from skiptrace.compliance.windows import Hours, Window

__all__ = [
    "admit",
    "admit_batch",
    "may_ask",
    "may_send",
    "cautious",
    "listed",
    "learned",
    "grant",
    "kept",
    "account_now",
    "known_from",
    "overrides_from",
    "objection",
    "overridden",
    "with_overrides",
    "without_minors",
    "without_retired",
    "LONGEST",
    "can_use",
    "may_contact_third_party",
    "load_rules",
    "Verdict",
    "Usability",
    "Window",
    "Rule",
    "RuleBook",
    "Profile",
    "Stage",
    "Level",
    "Mark",
    "Override",
    "Review",
    "Role",
    "Known",
    "Hours",
    "Stated",
]
