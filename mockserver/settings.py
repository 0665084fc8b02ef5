"""Every setting of the server in one table that feeds flags, environment, configuration file and docs."""

from dataclasses import MISSING, dataclass, field, fields
from typing import Any

RETRY_DELAYS_S = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0)
"""Source: domain facts, messages-v0.1 part 4.6; after these, every 900 s until 24 h have passed."""


def _setting(
    default: Any,
    text: str,
    *,
    choices: tuple[str, ...] = (),
    metavar: str = "",
    form: str = "",
    at_least: float = 0,
    at_most: float = float("inf"),
) -> Any:
    """Declare a field with the sentence that explains it.

    ``form`` is ``url``, ``secret``, ``name`` (of a host), ``clock`` (a mode) or empty. Bounds hold for each number.
    """
    columns = {"choices": choices, "metavar": metavar, "form": form, "at_least": at_least, "at_most": at_most}
    return field(default=default, metadata={"help": text, **columns})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a server is to behave. Seconds are seconds, URLs are absolute, ``None`` means not set."""

    host: str = _setting("127.0.0.1", "Address to listen on.", metavar="HOST")
    port: int = _setting(7670, "Port for http; 0 picks a free one.", metavar="PORT", at_most=65535)
    tls_port: int | None = _setting(
        None,
        "Port for https; by default the http port + 1, or a free one if that is 0.",
        metavar="PORT",
        at_most=65535,
    )
    tls: bool = _setting(True, "Listen on https as well.")
    tls_dir: str | None = _setting(
        None,
        "Folder that keeps the certificate authority, so that clients need to trust it only once.",
        metavar="DIR",
    )
    tls_name: tuple[str, ...] = _setting(
        (),
        "One more host name for the certificate, such as api.nexmo.com; repeatable.",
        metavar="NAME",
        form="name",
    )
    inbound_url: str | None = _setting(
        None, "Where inbound messages are sent, unless an account says otherwise.", metavar="URL", form="url"
    )
    status_url: str | None = _setting(
        None, "Where status webhooks are sent, unless an account says otherwise.", metavar="URL", form="url"
    )
    api_key: str = _setting("mockkey1", "API key of the default account.", metavar="KEY")
    api_secret: str | None = _setting(
        None,
        "API secret of the default account; unset, any secret is accepted.",
        metavar="SECRET",
        form="secret",
    )
    signature_secret: str = _setting(
        "mockserver-signature-secret-for-webhooks",
        "Secret that signs webhooks, unless an account has its own; at least 32 bytes please every client.",
        metavar="SECRET",
        form="secret",
    )
    auth: str = _setting(
        "any",
        "Whom to let in: any key and any application, or only those of the configuration.",
        choices=("any", "strict"),
    )
    patch_auth: str = _setting(
        "any",
        "What PATCH /v1/messages takes: key and secret as well, as some clients send them, or only a token.",
        choices=("any", "bearer"),
    )
    webhook_version: str = _setting(
        "auto",
        "Version of webhooks that no message, application or account decides on: each in its message's own; an"
        " inbound message in that of the last message sent on its channel, else v1.",
        choices=("auto", "v0.1", "v1"),
    )
    strict: bool = _setting(False, "Refuse what the real API lets pass but a careful tester would not (findings).")
    read: bool = _setting(False, "Let messages be read after delivery, on channels that report it.")
    realism: str = _setting(
        "open",
        "Rules of the provider that rest on what nobody told the server: open, or closed for every account.",
        choices=("open", "strict"),
    )
    sandbox: bool = _setting(
        False, "Be the sandbox: its senders, templates and pass-phrase, 1 message a second; also by its host name."
    )
    magic: bool = _setting(True, "Let magic recipients and client_ref directives decide what becomes of a message.")
    submitted_after_s: float = _setting(0.05, "Seconds from acceptance to the status submitted.", metavar="SECONDS")
    delivered_after_s: float = _setting(0.4, "Seconds from acceptance to the status delivered.", metavar="SECONDS")
    read_after_s: float = _setting(0.9, "Seconds from acceptance to the status read.", metavar="SECONDS")
    retry_delays_s: tuple[float, ...] = _setting(
        RETRY_DELAYS_S, "Seconds to wait before each further try of a webhook.", metavar="SECONDS"
    )
    retry_every_s: float = _setting(900.0, "Seconds between tries once those are used up.", metavar="SECONDS")
    retry_for_s: float = _setting(86400.0, "Seconds after which a webhook is given up.", metavar="SECONDS")
    connect_timeout_s: float = _setting(
        3.0, "Seconds a webhook receiver has to accept a connection.", metavar="SECONDS"
    )
    answer_timeout_s: float = _setting(5.0, "Seconds a webhook receiver has to answer.", metavar="SECONDS")
    deliveries_per_target: int = _setting(50, "Webhooks sent at once to one receiver.", metavar="N", at_least=1)
    delivery_queue: int = _setting(
        10_000,
        "Webhooks of one account written and waiting to be sent, at most; later events wait unwritten.",
        metavar="N",
        at_least=1,
    )
    shutdown_grace_s: float = _setting(
        5.0, "Seconds to finish webhooks in flight when the server is told to stop.", metavar="SECONDS"
    )
    keep: int = _setting(
        100_000,
        "Messages kept of each account, with all that belongs to them, and as many journal entries about none; the"
        " oldest that are finished are dropped. 0 keeps all.",
        metavar="N",
    )
    max_body_bytes: int = _setting(1_048_576, "Largest request body accepted, in bytes.", metavar="BYTES", at_least=1)
    seed: int | None = _setting(
        None,
        "Seed of ids, prices and texts; the same seed gives the same run. Unset, each start picks its own, so"
        " that no two runs hand out the same message_uuid.",
        metavar="N",
    )
    clock: str = _setting(
        "real",
        "The server's own clock, which accounts without one of their own go by: real, manual (moved by"
        " `mockserver advance`), or so many times as fast, such as 60x.",
        metavar="real|manual|60x",
        form="clock",
    )
    self_check: bool = _setting(
        False,
        "Hold every answer and webhook of ours against our own documents; a difference is a loud error.",
    )
    ready_file: str | None = _setting(
        None, "File to write the server's URLs to, as JSON, once it listens.", metavar="FILE"
    )
    coverage_fail_under: float | None = _setting(
        None,
        "Least share of the contract, in percent, that a run is to exercise; less fails `mockserver coverage`.",
        metavar="PERCENT",
        at_most=100,
    )
    coverage_required: tuple[str, ...] = _setting(
        (),
        "Cells of the contract that a run is to exercise, such as sent:v1:sms or status:v1:rcs:read; repeatable.",
        metavar="CELLS",
    )
    coverage_only: tuple[str, ...] = _setting(
        (),
        "Cells of the contract that count towards the share, such as *:v1:whatsapp; all without it; repeatable.",
        metavar="CELLS",
    )
    coverage_file: str | None = _setting(
        None,
        "File to write which part of the contract was exercised to, as JSON, when the server stops.",
        metavar="FILE",
    )
    log_level: str = _setting("info", "How much to log.", choices=("debug", "info", "warning", "error"))

    @property
    def set_webhook_version(self) -> str | None:
        """The version of webhooks that nothing else decides on, ``None`` if none is set."""
        return None if self.webhook_version == "auto" else self.webhook_version


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One row of the settings table: everything flags, environment, file and docs need to know of it."""

    name: str
    type: Any
    default: Any
    help: str
    choices: tuple[str, ...]
    metavar: str
    form: str
    at_least: float
    at_most: float

    @property
    def flag(self) -> str:
        """The command-line flag, such as ``--tls-port``."""
        return "--" + self.name.replace("_", "-")

    @property
    def env(self) -> str:
        """The environment variable, such as ``MESSAGES_MOCKSERVER_TLS_PORT``."""
        return "MESSAGES_MOCKSERVER_" + self.name.upper()


def settings_table() -> tuple[SettingRow, ...]:
    """Return one row a setting, in the order of the class."""
    return tuple(
        SettingRow(
            name=each.name,
            type=each.type,
            default=None if each.default is MISSING else each.default,
            **each.metadata,
        )
        for each in fields(Settings)
    )
