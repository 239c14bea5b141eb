"""The shared books (Lua in Redis) and a process's own (Python) answer alike, whatever happens in whatever order."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skiptrace.limits.allowance import Allowance, Answer, Ask, Terms, Verdict
from skiptrace.limits.book import Book
from skiptrace.limits.desk import Done
from skiptrace.limits.redis_desk import _done_arguments, _take_arguments, keys, script
from skiptrace.ports import Attempt, Went
from tests.servers.redis import Redis

NEW_YEARS_EVE = 1_798_761_590.0  # ten seconds before 2027, UTC: day, month and year change in the middle

TERMS = Terms(window=6, calls=4, failed=0.5, rests=3, retries=0.25, burst=2)

allowances = st.builds(
    Allowance,
    interval=st.sampled_from([0.0, 0.05, 0.4]),
    per_minute=st.sampled_from([0, 3, 10]),
    per_hour=st.sampled_from([0, 12]),
    per_day=st.sampled_from([0, 5]),
    per_month=st.sampled_from([0, 9]),
    concurrent=st.sampled_from([1, 3, 50]),
)
takes = st.tuples(st.just("take"), st.sampled_from([0.0, 1.0, 20.0, 90.0]), st.booleans())
dones = st.tuples(st.just("done"), st.sampled_from(list(Went)), st.sampled_from([0.0, 0.0, 2.5]))
histories = st.lists(st.tuples(st.sampled_from([0.0, 0.01, 0.3, 2.0, 7.0]), takes | takes | dones), max_size=60)


def told_the_time(name: str) -> str:
    """The script as shipped, except that it takes the time from its last two arguments."""
    text = script(name).text
    assert text.count("redis.call('TIME')") == 1
    return text.replace("redis.call('TIME')", "{ ARGV[#ARGV - 1], ARGV[#ARGV] }")


class Shared:
    def __init__(self, redis: Redis) -> None:
        self.client = redis.client()
        self.client.flushall()
        self.take_script = self.client.register_script(told_the_time("take"))
        self.done_script = self.client.register_script(told_the_time("done"))

    def take(self, allowance: Allowance, ask: Ask, now: float) -> Answer:
        names = keys("acme", "state", "places", "minute", "hour", "quotas", "workers")
        said: Any = self.take_script(names, [*_take_arguments(allowance, ask, "w1", TERMS), *at(now)])
        return Answer(Verdict(said[0].decode()), float(said[1]), bool(said[2]))

    def done(self, done: Done, now: float) -> None:
        self.done_script(keys("acme", "state", "places", "health"), [*_done_arguments(done, TERMS), *at(now)])


def at(now: float) -> tuple[str, str]:
    whole, rest = divmod(round(now * 1_000_000), 1_000_000)
    return str(whole), str(rest)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(allowances, histories)
def test_the_same_history_gets_the_same_answers(redis: Redis, allowance: Allowance, history: list[Any]) -> None:
    shared, own = Shared(redis), Book(TERMS)
    now, open_places = NEW_YEARS_EVE, []
    for passed, (what, first, second) in history:
        now = round(now + passed, 6)
        if what == "take":
            ask = Ask(f"p{len(open_places)}-{now}", patience=first, lasts=5, again=second)
            mine, theirs = own.take(allowance, ask, now), shared.take(allowance, ask, now)
            assert theirs.verdict is mine.verdict
            assert abs(theirs.seconds - mine.seconds) < 1e-4
            assert theirs.probe == mine.probe
            if mine.verdict is Verdict.GO:
                open_places.append((ask.place, mine.probe))
        elif open_places:
            place, probe = open_places.pop(0)
            attempt = Attempt(first, second)
            own.done(place, attempt, now, probe=probe, calls_needed=TERMS.calls)
            shared.done(Done(place, attempt, probe, TERMS.calls, 0.1), now)


@settings(max_examples=200, deadline=None)
@given(allowances, st.lists(st.sampled_from([0.0, 0.01, 0.3, 2.0, 7.0]), max_size=150))
def test_no_window_ever_holds_more_than_its_limit(allowance: Allowance, passed: list[float]) -> None:
    """Sends are counted at the moments for which they were reserved; every window that ends with one is looked at."""
    book, now, sent = Book(TERMS), NEW_YEARS_EVE, []
    for n, seconds in enumerate(passed):
        now += seconds
        answer = book.take(allowance, Ask(f"p{n}", patience=30, lasts=0.001), now)
        if answer.verdict is Verdict.GO:
            sent.append(now + answer.seconds)

    for span, limit in ((60, allowance.per_minute), (3_600, allowance.per_hour)):
        for end in sent if limit else ():
            assert sum(end - span < moment <= end for moment in sent) <= limit
    assert all(later - earlier >= allowance.interval - 1e-6 for earlier, later in pairwise(sent))
    if allowance.per_day:
        assert max(Counter(moment // 86_400 for moment in sent).values(), default=0) <= allowance.per_day
