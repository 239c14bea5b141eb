"""Rules as data, and pure functions that apply them: may we look, may we ask, what was learned, which channel, when.

The functions of this room do no I/O (``load_rules`` apart) and know no time; the same values give the same verdict.
"""

from skiptrace.compliance.admission import Job, admit, admit_batch
from skiptrace.compliance.contacts import grant
from skiptrace.compliance.gate import Verdict
from skiptrace.compliance.in_flight import learned
from skiptrace.compliance.loading import load_rules
from skiptrace.compliance.rulebook import Profile, Rule, RuleBook, Stage
from skiptrace.compliance.sources import may_ask, may_send

__all__ = [
    "Job",
    "Profile",
    "Rule",
    "RuleBook",
    "Stage",
    "Verdict",
    "admit",
    "admit_batch",
    "grant",
    "learned",
    "load_rules",
    "may_ask",
    "may_send",
]
