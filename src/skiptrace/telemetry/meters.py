"""All metrics of a process. Labels are names of ours with few values: never a person, an id or a tenant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from skiptrace.model.figures import Figures, Standing
from skiptrace.ports import Evidenced

REGISTRY = CollectorRegistry()

_QUICK = (0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)

CASES = Counter("skiptrace_cases", "Cases traced and kept, by why the trace stopped", ["stop"], registry=REGISTRY)
SPEND = Counter("skiptrace_spend_usd", "US dollars charged in kept traces", ["provider"], registry=REGISTRY)
STEPS = Counter("skiptrace_steps", "Steps of kept traces", ["provider", "result"], registry=REGISTRY)
CONTACTS = Counter("skiptrace_contacts", "Contacts of kept traces", ["kind", "status"], registry=REGISTRY)
TRACE_SECONDS = Histogram("skiptrace_trace_seconds", "From start to end of a trace", buckets=_QUICK, registry=REGISTRY)
ASKED = Counter("skiptrace_provider_requests", "Questions to a provider", ["provider", "outcome"], registry=REGISTRY)
PROVIDER_SECONDS = Histogram(
    "skiptrace_provider_seconds", "One question, retries included", ["provider"], buckets=_QUICK, registry=REGISTRY
)
WAITED = Histogram(
    "skiptrace_limit_wait_seconds", "Waits for a turn at a provider", ["provider"], buckets=_QUICK, registry=REGISTRY
)

QUEUE = Gauge("skiptrace_queue_jobs", "Jobs that are not done", ["lane", "state"], registry=REGISTRY)
QUEUE_AGE = Gauge("skiptrace_queue_oldest_seconds", "Age of the oldest due job", ["lane"], registry=REGISTRY)
QUARANTINED = Gauge("skiptrace_quarantined_jobs", "Jobs that killed too many workers", registry=REGISTRY)
WORKERS = Gauge("skiptrace_workers", "Workers whose lease has not run out", registry=REGISTRY)
DOUBTS = Gauge("skiptrace_in_doubt_calls", "Calls that may have been charged", registry=REGISTRY)
EXPOSURE = Gauge("skiptrace_in_doubt_usd", "US dollars that calls in doubt may have cost", registry=REGISTRY)
SPENT_TODAY = Gauge("skiptrace_spent_today_usd", "US dollars spent and reserved since midnight UTC", registry=REGISTRY)
DELIVERIES = Gauge("skiptrace_deliveries", "Events that sinks have not got yet", ["state"], registry=REGISTRY)
QUOTA_USED = Gauge("skiptrace_provider_sent", "Calls sent", ["provider", "period"], registry=REGISTRY)
BREAKER = Gauge("skiptrace_breaker_open", "1 while a provider's breaker is open", ["provider"], registry=REGISTRY)
PLACES = Gauge("skiptrace_provider_places", "Calls under way, all workers", ["provider"], registry=REGISTRY)
VENDOR_LEFT = Gauge("skiptrace_provider_quota_left", "What the vendor says remains", ["provider"], registry=REGISTRY)
PAUSED = Gauge("skiptrace_provider_paused", "1 while somebody has paused it", ["provider"], registry=REGISTRY)

_BY_FIGURES = (QUEUE, QUEUE_AGE, QUOTA_USED, BREAKER, PLACES, VENDOR_LEFT, PAUSED)


class Kept:
    """``ports.Observer``: counts what was kept, after its commit."""

    def kept(self, done: Sequence[Evidenced]) -> None:
        for trace in (evidenced.trace for evidenced in done):
            CASES.labels(trace.stop.value).inc()
            TRACE_SECONDS.observe(max(0.0, (trace.finished_at - trace.started_at).total_seconds()))
            for step in trace.steps:
                STEPS.labels(step.provider, step.result.value).inc()
                if step.cost:
                    SPEND.labels(step.provider).inc(float(step.cost))
            for contact in trace.contacts:
                CONTACTS.labels(contact.kind.value, contact.status.value).inc()


def show(figures: Figures, standings: Iterable[Standing], paused: Mapping[str, str]) -> None:
    """Set the gauges to how the system stands."""
    for gauge in _BY_FIGURES:
        gauge.clear()
    for lane in figures.lanes:
        for state in ("queued", "waiting", "running"):
            QUEUE.labels(lane.lane.value, state).set(getattr(lane, state))
        QUEUE_AGE.labels(lane.lane.value).set(lane.oldest)
    QUARANTINED.set(figures.quarantined)
    WORKERS.set(sum(worker.alive for worker in figures.workers))
    DOUBTS.set(figures.doubts)
    EXPOSURE.set(float(figures.exposure))
    SPENT_TODAY.set(float(sum(figures.spent_today.values())))
    DELIVERIES.labels("waiting").set(figures.undelivered)
    DELIVERIES.labels("failed").set(figures.given_up)
    for provider in figures.providers:
        QUOTA_USED.labels(provider.provider, "day").set(provider.day)
        QUOTA_USED.labels(provider.provider, "month").set(provider.month)
    for standing in standings:
        BREAKER.labels(standing.provider).set(standing.breaker != "closed")
        PLACES.labels(standing.provider).set(standing.places)
        PAUSED.labels(standing.provider).set(standing.provider in paused)
        if standing.left is not None:
            VENDOR_LEFT.labels(standing.provider).set(standing.left)
