"""The worker: takes jobs from the queue, traces them, keeps what they brought; any number of these on any machines."""

from skiptrace.jobs.gathering import GatheringJudge
from skiptrace.jobs.pace import Pace
from skiptrace.jobs.tracing_jobs import Work, tracing_jobs
from skiptrace.jobs.worker import Figures, Worker

__all__ = ["Figures", "GatheringJudge", "Pace", "Work", "Worker", "tracing_jobs"]
