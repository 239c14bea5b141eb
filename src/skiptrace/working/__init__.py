"""The worker: takes jobs from the queue, traces them, keeps what they brought; any number of these on any machines."""

from skiptrace.working.gathering import GatheringJudge
from skiptrace.working.pace import Pace
from skiptrace.working.tracing_jobs import Work, tracing_jobs
from skiptrace.working.worker import Figures, Worker

__all__ = ["Figures", "GatheringJudge", "Pace", "Work", "Worker", "tracing_jobs"]
