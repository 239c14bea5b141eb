"""Settings: read once, whole, from ``SKIPTRACE_…`` variables and one TOML file. Unknown names are errors."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from skiptrace.access import Role
from skiptrace.errors import ConfigError

PREFIX = "SKIPTRACE_"

Dollars = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=4)]


LimitName = Literal["per_second", "per_minute", "per_hour", "per_day", "per_month", "concurrent"]


class ProviderSettings(BaseModel):
    """What is ours to say about one provider: keys, contract prices and limits, a different address, options."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True
    credentials: dict[str, SecretStr] = {}
    base_url: str = ""
    price: dict[str, Dollars] = {}
    limits: dict[LimitName, Annotated[int, Field(ge=1)]] = {}
    """In place of the manifest's, for all workers together."""
    options: dict[str, str] = {}
    purpose_map: dict[str, str] = {}
    """Our purpose codes to the vendor's, from your contract. A regulated provider without one is not asked."""


class SinkSettings(BaseModel):
    """One place where results are written back. ``docs/write-back.md`` says which of these a kind needs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    url: SecretStr = SecretStr("")
    secret: SecretStr = SecretStr("")
    old_secret: SecretStr = SecretStr("")
    rotated_at: AwareDatetime | None = None
    payload: Literal["thin", "full"] = "thin"
    folder: Path | None = None
    links: str = ""
    tenant: str = ""
    from_start: bool = False
    options: dict[str, str] = {}


Seconds = Annotated[float, Field(gt=0, le=86_400)]


class WorkerSettings(BaseModel):
    """How much one worker does at once, and when it is taken for dead. Times are in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slots: Annotated[int, Field(ge=1, le=2000)] = 50
    """Traces under way at once."""
    lookup_slots: Annotated[int, Field(ge=0, le=500)] = 4
    """Traces more, for lookups that somebody waits for."""
    lease: Seconds = 6.0
    heartbeat: Seconds = 2.0
    drain: Seconds = 10.0
    """After SIGTERM, traces under way have so long to end; then they stop before their next purchase."""
    retries: Annotated[int, Field(ge=0, le=100)] = 4
    """So often providers that could not answer are asked again."""
    retry_after: Seconds = 60.0
    retry_at_most: Seconds = 3600.0
    health_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Port on 127.0.0.1 that answers /livez and /readyz; 0 for none."""


class PlatformSettings(BaseModel):
    """The collection platform's own table or view, for jobs that it enqueues by account id. ``docs/worker.md``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database: SecretStr
    table: str
    key: str = "account_id"
    columns: dict[str, str | list[str]] = {}
    constants: dict[str, str] = {}
    purpose: str
    certified_by: str
    queue: str = "skiptrace"
    """Name of the arq queue."""


class KeyServiceSettings(BaseModel):
    """The OpenBao or HashiCorp Vault whose transit engine seals the key file. ``docs/privacy.md``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, Field(pattern=r"^(https://[^/@?#]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?)/?$")]
    """https, or an agent of the service on this machine."""
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]
    mount: Annotated[str, Field(pattern=r"^[A-Za-z0-9_./-]{1,128}$")] = "transit"
    namespace: str = ""
    token_file: Path
    """Read for each request; mode 0600. An agent may renew it."""
    ca_file: Path | None = None


class SignInSettings(BaseModel):
    """The identity provider whose access tokens let people in at the HTTP door. ``docs/access.md``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str
    audience: str
    jwks: Annotated[str, Field(pattern=r"^(https://[^@?#]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?/[^@?#]*)$")]
    """Where the provider publishes its keys."""
    roles: dict[str, Literal["collector", "supervisor", "compliance", "admin"]]
    """What the role claim may say, and which role that is here."""
    role_claim: str = "roles"
    team_claim: str = ""
    require_mfa: bool = True
    """Tokens must say that more than one factor was shown; API keys are then for services alone."""
    amr: tuple[str, ...] = ("mfa",)
    acr: tuple[str, ...] = ()
    """Values of either claim that say so."""


class Settings(BaseModel):
    """All settings. Money is in US dollars; a cap that is not set does not limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    home: Path = Path("~/.local/share/skiptrace")
    """Where the embedded database, the key file and the reference indexes live."""
    database: str = ""
    """SQLAlchemy URL; empty means SQLite in ``home``."""
    redis: str = ""
    """URL of the Redis that the workers share; empty means one process alone."""
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Port on which a worker and the API show metrics to Prometheus; 0 for none. Each process needs its own."""
    metrics_host: str = "127.0.0.1"
    log: Literal["off", "console", "json"] = "off"
    """Structured lines on standard error: ids and figures, never people."""
    fleet: str = "default"
    """Workers of one name share wake-ups; another fleet on the same Redis has another name."""
    worker: WorkerSettings = WorkerSettings()
    platform: PlatformSettings | None = None
    key_file: Path | None = None
    """Key ring; empty means ``home``. Keep it out of the database's backups."""
    key_service: KeyServiceSettings | None = None
    """Seals the key file. Without it the file lies in clear, readable by its owner only."""
    subject_keys: str = ""
    """URL of the vault, a database apart from the first; empty means SQLite beside the key file. Back it up apart."""
    retention: Path | None = None
    """Retention matrix (TOML); empty means the shipped one."""
    audit_checkpoints: Path | None = None
    """Second sink of the audit trail; empty means ``home``. Best on another disk, append-only."""
    tenant: str = "default"
    requester: str = "local"
    role: Role = Role.OPERATOR
    """What the command line may do, as the action matrix says; ``operator`` may do everything."""
    sign_in: SignInSettings | None = None
    """Lets people in with tokens of an identity provider; without it everybody has an API key."""
    api_docs: bool = False
    """Serve the OpenAPI document and a page to read it, without a key."""
    api_proxies: str = ""
    """Addresses of reverse proxies whose X-Forwarded headers are believed, with commas between."""
    strategy: Path | None = None
    """Waterfall file; empty means the shipped one."""
    rules: Path | None = None
    """Folder with counsel's rule files; empty means the shipped ones."""
    reference_file: Path | None = None
    parameters: Path | None = None
    """Parameter file that matching weighs with, such as `skiptrace refit` writes; empty means the shipped one."""
    source_profiles: dict[str, str] = {}
    """Upstream source to what its dates are like: prompt, steady, usual or refreshed."""
    sandbox_url: str = ""
    """Address of a simulated bureau. Set, it replaces every provider's address and allows loopback."""
    case_budget: Dollars = Decimal(5)
    run_cap: Dollars | None = None
    day_cap: Dollars | None = None
    provider_day_cap: Dollars | None = None
    providers: dict[str, ProviderSettings] = {}
    sinks: dict[str, SinkSettings] = {}
    """Where results are written back, each under a name of its own."""
    schedule: str = ""
    """``default`` or a file: accounts are traced again by it. Empty means that nothing is traced by itself."""

    @property
    def home_dir(self) -> Path:
        return self.home.expanduser()

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.home_dir / 'skiptrace.db'}"

    @property
    def key_path(self) -> Path:
        return self.key_file.expanduser() if self.key_file else self.home_dir / "keys.json"

    @property
    def checkpoints_path(self) -> Path:
        return (self.audit_checkpoints or self.home_dir / "audit-checkpoints.jsonl").expanduser()

    @classmethod
    def read(cls, environ: Mapping[str, str], file: Path | None = None, **overrides: Any) -> Self:
        """Environment over file, ``overrides`` over both. Raises ConfigError that names what is wrong.

        ``SKIPTRACE_CONFIG`` names the file when ``file`` does not. A provider's settings are written
        ``SKIPTRACE_PROVIDERS__ENFORMION__CREDENTIALS__AP_NAME``: two underscores go one table down.
        """
        named = {key: value for key, value in environ.items() if key.startswith(PREFIX)}
        config = named.pop(f"{PREFIX}CONFIG", "")
        path = file or (Path(config) if config else None)
        given: dict[str, Any] = _from_file(path) if path else {}
        for key, value in sorted(named.items()):
            _put(given, key.removeprefix(PREFIX).lower().split("__"), value, key)
        given.update({key: value for key, value in overrides.items() if value is not None})
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise ConfigError(_explain(error)) from None


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"the settings file {path} does not exist") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"the settings file {path} cannot be read: {error}") from None


def _put(tree: dict[str, Any], path: list[str], value: str, variable: str) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            raise ConfigError(f"{variable} goes below a setting that is not a table")
    tree[path[-1]] = value


def _explain(error: ValidationError) -> str:
    """Name each wrong setting and what is wrong with it, but not its value: it may be a secret."""
    problems = []
    for detail in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in detail["loc"])
        text = "there is no such setting" if detail["type"] == "extra_forbidden" else detail["msg"]
        problems.append(f"setting {name}: {text}")
    return "; ".join(problems)
