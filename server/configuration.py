"""Reads config/server.toml into typed values; never guesses: each mistake is named by file and key.

Where to look: the path in ``LOBBYPAY_SERVER_CONFIG``. Without it the embedded defaults hold: a SQLite
file in the user's own state folder, loopback only, no payment channels.
"""

import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contract.text_file import NotUtf8, read_text

CONFIG_VARIABLE = "LOBBYPAY_SERVER_CONFIG"
DATABASE_VARIABLE = "LOBBYPAY_DATABASE_URL"
MAIL_PASSWORD_VARIABLE = "LOBBYPAY_MAIL_PASSWORD"
SMS_SECRET_VARIABLE = "LOBBYPAY_SMS_SECRET"
CALLS_SECRET_VARIABLE = "LOBBYPAY_CALLS_SECRET"
SECRET_FILE = "secret-key"
_HOST = r"^https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?$"


class ConfigMistake(Exception):
    """The configuration cannot be used. The message says where, what is wrong and what is allowed."""


StaffRole = Literal[
    "company",
    "administrator",
    "bookkeeper",
    "collector",
    "approver",
    "technician",
    "auditor",
]


class Section(BaseModel):
    """Base of every table of the file: unknown keys are mistakes, not decoration."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _default_data_folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "lobbypay-server"


class ServerSection(Section):
    data_folder: Path = Field(
        default_factory=_default_data_folder, description="a folder that the server may write to"
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern=r"^https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?$",
        description="http(s)://host[:port], as residents' phones reach it, without a path",
    )
    allowed_hosts: list[str] = Field(
        default=["127.0.0.1", "localhost"], description="a list of host names"
    )
    behind_https_proxy: bool = Field(
        default=False,
        description="true or false: a reverse proxy ends TLS and sets X-Forwarded-Proto",
    )

    idle_minutes: int = Field(
        default=30,
        ge=1,
        le=1440,
        description="minutes (1 to 1440) after which an unused session ends",
    )
    kiosk_key_days: int = Field(
        default=365,
        ge=0,
        le=3650,
        description="days (0 to 3650) after which a kiosk makes itself another key; 0: never by itself",
    )
    metrics_token: str = Field(
        default="",
        pattern=r"^$|^[A-Za-z0-9_-]{20,200}$",
        description="20 to 200 letters, digits, _ and -: who knows it may read /metrics; empty: nobody",
    )
    second_factor_roles: list[StaffRole] = Field(
        default=[],
        description="roles that need a second factor to sign in: company, administrator, bookkeeper,"
        " collector, approver, technician, auditor",
    )


class DatabaseSection(Section):
    url: str = Field(
        default="", description="sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME"
    )


class MailSection(Section):
    """Without ``host`` nothing is sent: each message becomes a file in the folder ``mail`` of the data
    folder."""

    host: str = Field(default="", description="the mail server's name, or empty: nothing is sent")
    port: int = Field(default=587, ge=1, le=65535, description="1 to 65535")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="starttls, tls or none"
    )
    user: str = Field(default="", description="the account at the mail server, or empty")
    sender: str = Field(
        default="LobbyPay <lobbypay@localhost>",
        description="whom mails come from: NAME <ADDRESS>, or ADDRESS",
    )
    per_minute: int = Field(
        default=60, ge=1, le=6000, description="mails a minute at the most (1 to 6000)"
    )


class AlertsSection(Section):
    per_person_hour: int = Field(
        default=30, ge=1, le=1000, description="messages to one person in an hour (1 to 1000)"
    )
    watcher_url: str = Field(
        default="",
        pattern=r"^$|^https?://[^\s]+$",
        description="an http(s) address outside that is called each minute; empty: none",
    )
    inside_addresses: bool = Field(
        default=False,
        description="true or false: webhooks may lead into the server's own network",
    )


class SmsSection(Section):
    """Text messages by Alibaba Cloud. Without ``access_key_id`` none are sent; the secret stands in the
    environment alone."""

    access_key_id: str = Field(
        default="", description="the access key's id, or empty: none are sent"
    )
    sign_name: str = Field(default="", description="the signature as it was approved")
    template_code: str = Field(default="", description="the template's code, as SMS_123456789")
    endpoint: str = Field(
        default="https://dysmsapi.aliyuncs.com", pattern=_HOST, description="http(s)://host[:port]"
    )


class CallsSection(Section):
    """Calls by phone to staff by Alibaba Cloud. Without ``access_key_id`` nobody is called; the secret
    stands in the environment alone."""

    access_key_id: str = Field(
        default="", description="the access key's id, or empty: nobody is called"
    )
    show_number: str = Field(
        default="",
        pattern=r"^\+?[0-9]{0,15}$",
        description="the number that is shown to whoever is called, or empty",
    )
    template_code: str = Field(default="", description="the template's code, as TTS_123456789")
    endpoint: str = Field(
        default="https://dyvmsapi.aliyuncs.com", pattern=_HOST, description="http(s)://host[:port]"
    )


class MessagesSection(Section):
    """Where the providers of messages to residents are reached; accounts are the communities'."""

    aliyun_endpoint: str = Field(
        default="https://dysmsapi.aliyuncs.com", pattern=_HOST, description="http(s)://host[:port]"
    )
    tencent_endpoint: str = Field(
        default="https://sms.tencentcloudapi.com",
        pattern=_HOST,
        description="http(s)://host[:port]",
    )
    wechat_api: str = Field(
        default="https://api.weixin.qq.com", pattern=_HOST, description="http(s)://host[:port]"
    )
    wechat_pages: str = Field(
        default="https://open.weixin.qq.com", pattern=_HOST, description="http(s)://host[:port]"
    )


class TracingSection(Section):
    """Traces by OpenTelemetry, sent by OTLP over HTTP."""

    collector: str = Field(
        default="",
        pattern=r"^$|^https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?$",
        description="http(s)://host[:port] of a collector that takes OTLP over HTTP; empty: no traces",
    )
    share: float = Field(
        default=0.05, ge=0, le=1, description="how many of the requests are traced (0 to 1)"
    )


class Configuration(Section):
    """The whole file. ``channels`` is read by the payment channels, each its own table."""

    server: ServerSection = ServerSection()
    database: DatabaseSection = DatabaseSection()
    mail: MailSection = MailSection()
    alerts: AlertsSection = AlertsSection()
    sms: SmsSection = SmsSection()
    calls: CallsSection = CallsSection()
    tracing: TracingSection = TracingSection()
    messages: MessagesSection = MessagesSection()
    channels: dict[str, dict[str, Any]] = {}


SectionType = TypeVar("SectionType", bound=BaseModel)


def load(environment: Mapping[str, str] = os.environ) -> Configuration:
    """The configuration in force. Raises ConfigMistake."""
    name = environment.get(CONFIG_VARIABLE)
    return read_file(Path(name)) if name else Configuration()


def read_file(path: Path) -> Configuration:
    """Reads one file. Raises ConfigMistake when it is absent, not TOML, or has a mistake."""
    try:
        table = tomllib.loads(read_text(path))
    except OSError as error:
        raise ConfigMistake(
            f"{path}: cannot be read ({error.strerror}); {CONFIG_VARIABLE} must name a TOML file"
        ) from error
    except NotUtf8 as error:
        raise ConfigMistake(str(error)) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigMistake(f"{path}: is not TOML: {error}") from error
    return parse_section(Configuration, table, str(path))


def parse_section(model: type[SectionType], table: Mapping[str, Any], where: str) -> SectionType:
    """Checks a table against ``model``. ``where`` opens each message, e.g. ``server.toml: channels``.

    Raises ConfigMistake with one line a mistake.
    """
    try:
        return model.model_validate(table)
    except ValidationError as error:
        lines = [
            f"{where}: {_key(item)}: {_problem(item)}{_allowed(model, item)}"
            for item in error.errors()
        ]
        raise ConfigMistake("\n".join(lines)) from error


def _key(item: Any) -> str:
    return ".".join(str(part) for part in item["loc"]) or "(whole file)"


def _problem(item: Any) -> str:
    if item["type"] == "extra_forbidden":
        return "there is no such key"
    if item["type"] == "missing":
        return "is missing"
    return f"{item['input']!r} is not allowed"


def _allowed(model: type[BaseModel], item: Any) -> str:
    """What may stand there: the description of the field, or the keys of the table."""
    current: type[BaseModel] | None = model
    for depth, part in enumerate(item["loc"]):
        fields = current.model_fields if current else {}
        if part not in fields:
            return f"; allowed keys: {', '.join(sorted(fields))}" if fields else ""
        field = fields[part]
        if depth == len(item["loc"]) - 1:
            return f"; allowed: {field.description}" if field.description else f" ({item['msg']})"
        inner = field.annotation
        current = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None
    return f" ({item['msg']})"


def django_database(configuration: Configuration, environment: Mapping[str, str]) -> dict[str, Any]:
    """Django's DATABASES entry for the URL in force. Raises ConfigMistake for an unknown scheme."""
    url = environment.get(DATABASE_VARIABLE) or configuration.database.url
    if not url:
        return _sqlite(str(configuration.server.data_folder / "server.sqlite3"))
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return _sqlite(unquote(parts.path[1:]))
    if parts.scheme in ("postgresql", "postgres") and len(parts.path) > 1:
        options: dict[str, Any] = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": options.pop("host", None) or parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                "prepare_threshold": 0,
                **options,
            },  # for server.prepared; others prepare none
        }
    allowed = DatabaseSection.model_fields["url"].description
    shown = f"{parts.scheme}://…" if parts.scheme else "the value"  # may hold a password
    raise ConfigMistake(f"database.url: {shown} is not allowed; allowed: {allowed}")


def django_mail(configuration: Configuration, environment: Mapping[str, str]) -> dict[str, Any]:
    """Django's settings of mail, by their names there. The password stands in the environment alone."""
    mail = configuration.mail
    backend = "smtp" if mail.host else "filebased"
    return {
        "EMAIL_BACKEND": f"django.core.mail.backends.{backend}.EmailBackend",
        "EMAIL_FILE_PATH": str(configuration.server.data_folder / "mail"),
        "EMAIL_HOST": mail.host,
        "EMAIL_PORT": mail.port,
        "EMAIL_HOST_USER": mail.user,
        "EMAIL_HOST_PASSWORD": environment.get(MAIL_PASSWORD_VARIABLE, ""),
        "EMAIL_USE_TLS": mail.security == "starttls",
        "EMAIL_USE_SSL": mail.security == "tls",
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": mail.sender,
    }


def _sqlite(file: str) -> dict[str, Any]:
    """Writers queue at BEGIN (IMMEDIATE) instead of failing in the middle of a transaction."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            ),
        },
    }


def read_secret_key(data_folder: Path) -> str:
    """The key in the data folder; a passing one when the server was never prepared here."""
    file = data_folder / SECRET_FILE
    return file.read_text().strip() if file.exists() else secrets.token_urlsafe(50)


def prepare_data_folder(data_folder: Path) -> None:
    """Makes the folder and, once, the secret key in it; only the owner can read what is there."""
    data_folder.mkdir(parents=True, exist_ok=True)
    data_folder.chmod(0o700)
    write_private(data_folder / SECRET_FILE, secrets.token_urlsafe(50).encode())


def keep_database_private(database: Mapping[str, Any]) -> None:
    """A SQLite file, made if there is none, and those beside it: only their owner can read them."""
    if not database["ENGINE"].endswith("sqlite3"):
        return
    file = Path(database["NAME"])
    write_private(file, b"")
    for beside in file.parent.glob(f"{file.name}*"):
        beside.chmod(0o600)


def write_private(file: Path, content: bytes) -> None:
    """Writes a file that only its owner can read. What is there already stays untouched."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
