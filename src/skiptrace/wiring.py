"""The only place that knows both the engine and the adapters: settings in, an App out."""

from __future__ import annotations

import gc
import os
import pwd
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version

from skiptrace import compliance, limits, matching, strategies, tracing
from skiptrace.dispatch import LocalDispatcher, RedisDispatcher
from skiptrace.errors import BadInput, ConfigError
from skiptrace.matching.weights import Parameters, read_parameters, shipped_parameters, with_sources
from skiptrace.model import AddressCheck, Judgement, Manifest, PastOutcome, PhoneCheck, SourceRecord, Subject
from skiptrace.ports import Caps, Clock, Dispatcher, Limiter, Provider
from skiptrace.privacy import Actor, AuthMethod, Guard, RingWrapper, SignedIn
from skiptrace.providers import catalog, reference_file
from skiptrace.providers.base import Setup
from skiptrace.providers.http import Wire
from skiptrace.providers.reference_build import Progress
from skiptrace.purchase import Buyer
from skiptrace.settings import ProviderSettings, Settings
from skiptrace.stores import SqlStore
from skiptrace.tracing import App

REFERENCE = "reference_file"


ABANDONED_AFTER = timedelta(minutes=10)
"""A call that was under way this long ago belongs to a process that died: far above any provider's deadline."""


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the one place that reads it


def new_id() -> str:
    """An opaque id that tells nothing of whom it stands for."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class JudgeNow:
    """The plain ``ports.Judge``: one case, at once."""

    parameters: Parameters | None = None

    async def __call__(
        self,
        subject: Subject,
        records: Sequence[SourceRecord],
        *,
        checks: Sequence[PhoneCheck | AddressCheck],
        as_of: date,
        outcomes: Sequence[PastOutcome],
    ) -> Judgement:
        return matching.judge(
            subject, records, checks=checks, as_of=as_of, outcomes=outcomes, parameters=self.parameters
        )


judge_now = JudgeNow()


def collect_rarely() -> None:
    """For a process that has opened its engine and now traces case after case.

    What lives by now lives until the end, and a case leaves few cycles behind: walking all of it again and again cost
    an eighth of a worker's CPU.
    """
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


def parameters_for(settings: Settings) -> Parameters:
    """What matching weighs with. Raises ConfigError for a file that cannot be read and a profile that is not known."""
    try:
        chosen = read_parameters(settings.parameters.read_bytes()) if settings.parameters else shipped_parameters()
    except (OSError, BadInput) as problem:
        raise ConfigError(f"parameters: {problem}") from None
    try:
        return with_sources(chosen, settings.source_profiles)
    except BadInput as problem:
        raise ConfigError(f"source_profiles: {problem}") from None


@asynccontextmanager
async def connect(settings: Settings, *, seen: bool = False) -> AsyncIterator[App]:
    """Open the store, build the providers that are configured, read strategy and rules; close all at the end.

    ``seen``: a process that runs for long and shows its metrics, where the settings name a port for them.
    Raises ConfigError, with what to change, when the program must not start.
    """
    import skiptrace.matching.judging  # noqa: F401 - now, and not while the first case waits

    clock = SystemClock()
    known = installed(settings)
    strategy = strategies.load(settings.strategy)
    strategies.check(strategy, known)
    rules = compliance.load_rules(settings.rules)
    parameters = parameters_for(settings)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings, clock))
        await store.refuse_set_back()
        limiter = await stack.enter_async_context(open_limiter(settings, store, clock))
        if seen := seen and settings.metrics_port > 0:
            limiter = await stack.enter_async_context(metrics(settings, store, limiter))
        wire = Wire(clock, allow_loopback=bool(settings.sandbox_url), limiter=limiter)
        stack.push_async_callback(wire.close)
        providers = _providers(settings, known, wire, clock)
        if seen:
            providers = _watched(providers)
        for provider in providers.values():
            stack.push_async_callback(provider.close)
        await store.recover(clock.now() - ABANDONED_AFTER)
        caps = Caps(settings.case_budget, settings.run_cap, settings.day_cap, settings.provider_day_cap)
        yield App(
            store=store,
            providers=providers,
            strategy=strategy,
            rules=rules,
            buyer=Buyer(store, clock, caps, new_id),
            judge=JudgeNow(parameters),
            history=store.history,
            clock=clock,
            new_id=new_id,
            versions=_versions(strategy.name, rules.version, settings, parameters),
        )


@asynccontextmanager
async def engine(settings: Settings) -> AsyncIterator[App]:
    """``connect`` for doors that trace. Raises ConfigError also when there is nobody to ask."""
    async with connect(settings) as app:
        if not app.providers:
            raise ConfigError(
                "there is nobody to ask: name your own or licensed file with --reference FILE, or set up a vendor; "
                "`skiptrace providers check` tells what each lacks"
            )
        yield app


@asynccontextmanager
async def open_store(settings: Settings, clock: Clock) -> AsyncIterator[SqlStore]:
    """The store alone, for doors that do not trace. Raises ConfigError or StoreError."""
    store = await SqlStore.open(
        settings.database_url,
        settings.key_path,
        clock,
        checkpoints=settings.checkpoints_path,
        subject_keys=settings.subject_keys,
        actor=Actor(settings.requester, settings.tenant, signed_in=SignedIn(AuthMethod.OS_USER, _login_name())),
        guard=guard_of(settings),
    )
    try:
        yield store
    finally:
        await store.close()


def _login_name() -> str:
    """Whose process this is; the environment could say anything."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def guard_of(settings: Settings) -> Guard | None:
    """Who seals the key file: the key service of the settings, or nobody."""
    if (mine := settings.key_service) is None:
        return None
    from skiptrace.privacy.transit import Transit

    ca_file = mine.ca_file and mine.ca_file.expanduser()
    return Transit(mine.url, mine.key, mine.token_file.expanduser(), mine.mount, mine.namespace, ca_file)


@asynccontextmanager
async def open_limiter(settings: Settings, store: SqlStore, clock: Clock) -> AsyncIterator[Limiter]:
    """The limiter of this process; with a Redis in the settings it shares with all others."""
    asked = [manifest for manifest in installed(settings).values() if manifest.method != "batch_file"]
    stated = {manifest.id: manifest.limits for manifest in asked}
    limiter = limits.limiter(settings.redis, new_id(), stated, store.switches, clock, sent=store.figures.sent)
    try:
        yield limiter
    finally:
        await limiter.close()


@asynccontextmanager
async def metrics(settings: Settings, store: SqlStore, limiter: Limiter) -> AsyncIterator[Limiter]:
    """Serve this process's metrics on the settings' port; yields the limiter with a watch on it."""
    from skiptrace.telemetry import meters
    from skiptrace.telemetry.serving import metrics_served
    from skiptrace.telemetry.watching import WatchedLimiter

    async def refresh() -> None:
        meters.show(await store.figures.read(), await limiter.standing(), await store.switches.paused())

    store.observers.append(meters.Kept())
    async with metrics_served(settings.metrics_host, settings.metrics_port, refresh):
        yield WatchedLimiter(limiter)


def _watched(providers: Mapping[str, Provider]) -> dict[str, Provider]:
    """With a watch on each that is asked over the network."""
    from skiptrace.telemetry.watching import WatchedProvider

    return {name: p if p.manifest.method == "batch_file" else WatchedProvider(p) for name, p in providers.items()}


def dispatcher(settings: Settings) -> Dispatcher:
    """Who wakes the workers: the Redis of the settings, or nobody outside this process."""
    return RedisDispatcher(settings.redis, settings.fleet) if settings.redis else LocalDispatcher()


async def prepare_reference(settings: Settings, progress: Progress | None = None) -> None:
    """Build the index of the reference file ahead of ``connect``, telling ``progress`` the rows read. Blocks.

    The store makes the key file that the index is sealed with, or refuses where one was lost: it is opened before.
    """
    if settings.reference_file is not None:
        async with open_store(settings, SystemClock()):
            mine = settings.providers.get(REFERENCE, ProviderSettings())
            options = _reference_options(settings, mine)
            reference_file.prepare(
                options, settings.home_dir, RingWrapper(settings.key_path, guard_of(settings)), progress
            )


def installed(settings: Settings) -> dict[str, Manifest]:
    """The manifests of all providers, with the settings' limits."""
    known = catalog.discover()
    if unknown := sorted(settings.providers.keys() - known.keys()):
        raise ConfigError(f"providers.{unknown[0]}: no such provider is installed; installed are {', '.join(known)}")
    mine = settings.providers
    return {name: catalog.limited(m, mine[name].limits.items()) if name in mine else m for name, m in known.items()}


def _providers(
    settings: Settings, known: Mapping[str, Manifest], wire: Wire, clock: SystemClock
) -> dict[str, Provider]:
    """Those that are enabled and have what they need. A provider that the settings name must be complete."""
    built: dict[str, Provider] = {}
    for name, manifest in known.items():
        mine = settings.providers.get(name, ProviderSettings())
        if mine.enabled and _is_configured(settings, manifest):
            setup = _setup(settings, manifest, mine, wire, clock)
            terms = catalog.mapped(catalog.priced(manifest, mine.price), _purpose_map(settings, manifest, mine))
            built[name] = catalog.build(terms, setup)
    return built


def _is_configured(settings: Settings, manifest: Manifest) -> bool:
    if manifest.id == REFERENCE:
        return settings.reference_file is not None
    if manifest.method == "batch_file":
        return manifest.id in settings.providers
    return bool(settings.sandbox_url) or manifest.id in settings.providers


def _purpose_map(settings: Settings, manifest: Manifest, mine: ProviderSettings) -> Mapping[str, str]:
    """The contract's codes; a simulated bureau has no contract and accepts every purpose."""
    if settings.sandbox_url:
        return dict.fromkeys(manifest.purposes, "sandbox")
    return {code.upper(): word for code, word in mine.purpose_map.items()}


def _setup(settings: Settings, manifest: Manifest, mine: ProviderSettings, wire: Wire, clock: SystemClock) -> Setup:
    credentials = {name: secret.get_secret_value() for name, secret in mine.credentials.items()}
    base_url, options = mine.base_url, dict(mine.options)
    if settings.sandbox_url:
        credentials = dict.fromkeys(manifest.credentials, "sandbox")
        base_url = f"{settings.sandbox_url.rstrip('/')}/{manifest.id}"
    if manifest.id == REFERENCE:
        options = _reference_options(settings, mine)
    wrapper = RingWrapper(settings.key_path, guard_of(settings))
    return Setup(wire, clock, settings.home_dir, credentials, base_url, options, wrapper)


def _reference_options(settings: Settings, mine: ProviderSettings) -> dict[str, str]:
    return {**mine.options, "file": str(settings.reference_file)}


def _versions(strategy: str, rules: str, settings: Settings, parameters: Parameters) -> dict[str, str]:
    """What judged: a replay that differs names its reason here."""
    weighed = [f"parameters={parameters.version}"] if settings.parameters else []
    weighed += [f"{source}={profile}" for source, profile in sorted(settings.source_profiles.items())]
    return {
        "skiptrace": version("skiptrace"),
        "engine": tracing.VERSION,
        "matching": ",".join((matching.VERSION, *weighed)),
        "rules": rules,
        "strategy": strategy,
    }
