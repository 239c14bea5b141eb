"""What a worker does with a job: trace its case, with what an earlier trace of it brought."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from skiptrace import tracing
from skiptrace.model import Over
from skiptrace.ports import Claimed, Evidenced
from skiptrace.privacy.acting import FROM_THE_QUEUE, acting, on_behalf_of
from skiptrace.purchase import Permit
from skiptrace.tracing import App

Work = Callable[[Claimed, Permit], Awaitable[Evidenced | Over]]

GONE = "its case was erased"


def tracing_jobs(app: App) -> Work:
    """The work of ``skiptrace worker``."""

    async def work(claimed: Claimed, permit: Permit) -> Evidenced | Over:
        job = claimed.job
        case = await app.store.case(job.case_id)
        if case is None:
            return Over(GONE)
        with acting(on_behalf_of(case, FROM_THE_QUEUE)):
            if job.only and job.trace_id:
                earlier = await tracing.recall(job.trace_id, job.only, app)
            else:
                earlier = await tracing.first_time(case.tenant, case.account.account_id, app)
            return await tracing.run(case, app, permit, earlier)

    return work
