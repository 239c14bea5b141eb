"""What a consumer is told, and how far a data incident reaches."""

from __future__ import annotations

from pydantic import BaseModel, Field

from skiptrace.web.shapes.fields import Id, In, Moment


class DiscloseIn(In):
    """``reason`` is the number of the request; whoever asks has shown who they are before."""

    reason: Id


class IncidentIn(In):
    """What was exposed: all that was held until ``until``, or what a provider or upstream source told in between."""

    since: Moment
    until: Moment
    of_provider: Id | None = None
    of_source: Id | None = None


class ReachView(BaseModel):
    """How far it reaches. ``states`` counts consumers by the state of their first address."""

    consumers: int
    accounts: int
    cases: int
    erased: int
    states: dict[str, int]
    notify_within_days: int | None = Field(description="From discovery; null below the rule's number of consumers.")
