"""Many accounts at once: check the file, price it, run it, go on after a stop, write the results."""

from skiptrace.batch.costing import Estimate, Estimator
from skiptrace.batch.crew import hands_for
from skiptrace.batch.fleet import Fleet
from skiptrace.batch.job import Batch, BatchResult, Watch, alone_in, batch_id, run_batch, write_page
from skiptrace.batch.running import Hands, OneProcess
from skiptrace.batch.validation import Validation, validate

__all__ = [
    "Batch",
    "BatchResult",
    "Estimate",
    "Estimator",
    "Fleet",
    "Hands",
    "OneProcess",
    "Validation",
    "Watch",
    "alone_in",
    "batch_id",
    "hands_for",
    "run_batch",
    "validate",
    "write_page",
]
