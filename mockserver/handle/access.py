"""What both handles know without asking: where the server is, and the credentials of their account."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from mockserver.errors import UsageError
from mockserver.handle import given
from mockserver.handle.asgi import AsgiApp
from mockserver.handle.credentials import Credentials, KeyPair, token
from mockserver.model import ANY_SECRET, Json
from mockserver.wire.signing import DEFAULT_LIFE_S, basic_header

_T = TypeVar("_T")
_OWN: Final = "Use new_account(), which has all of its own."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server answers; ``app`` is what does where there are no sockets, ``known`` its accounts made here."""

    url: str
    tls_url: str | None = None
    ca_file: Path | None = None
    app: AsgiApp | None = None
    known: dict[str, Credentials] = field(default_factory=dict)


@dataclass(slots=True)
class Notes:
    """What a handle remembers of its account, shared by both handles of it.

    ``members`` are those the account was made with, ``looked`` the journal entries whose violations or findings the
    test has looked at, ``rules`` the scenarios made of its rules.
    """

    members: dict[str, Json] | None = None
    looked: set[int] = field(default_factory=set)
    rules: list[str] = field(default_factory=list)


class Access:
    """The server and the account a handle speaks for. Whatever is not known here raises UsageError."""

    def __init__(self, place: Place, credentials: Credentials, notes: Notes | None = None) -> None:
        self._place = place
        self._credentials = credentials
        self._notes = notes or Notes()

    def __repr__(self) -> str:
        """Say where it is, and whose account it is."""
        return f"<{type(self).__name__} {self.url} account {self.api_key}>"

    @property
    def url(self) -> str:
        """Where the server answers by http; in process, where it pretends to be."""
        return self._place.url

    @property
    def tls_url(self) -> str | None:
        """Where the server answers by https; ``None`` where it does not."""
        return self._place.tls_url

    @property
    def ca_file(self) -> Path | None:
        """The certificate that clients of https are to trust."""
        return self._place.ca_file

    @property
    def app(self) -> AsgiApp:
        """The server as an ASGI application, to be called from any event loop of asyncio; only in process."""
        return _known(self._place.app, "This server has no application to call", "Use its url, or in_process().")

    @property
    def api_key(self) -> str:
        """The API key of the account, which is also its name in the control API."""
        return self._credentials.api_key

    @property
    def api_secret(self) -> str:
        """An API secret of the account."""
        return _known(self._credentials.api_secret, f"The API secret of {self.api_key} is not known here", _OWN)

    @property
    def basic(self) -> str:
        """The ``Authorization`` header of API key and secret."""
        return basic_header(self.api_key, self.api_secret)

    @property
    def application_id(self) -> str:
        """The id of an application of the account."""
        return _known(self._credentials.application_id, f"No application of {self.api_key} is known here", _OWN)

    @property
    def private_key(self) -> str:
        """The private key of the application, as PEM; clients sign with it."""
        return self._keys.private

    @property
    def public_key(self) -> str:
        """The public key of the application, as PEM; the server checks with it."""
        return self._keys.public

    @property
    def signature_secret(self) -> str:
        """The secret that signs the account's webhooks."""
        return _known(
            self._credentials.signature_secret, f"The signature secret of {self.api_key} is not known here", _OWN
        )

    def jwt(self, *, lives_s: given.Seconds = DEFAULT_LIFE_S, **claims: Json) -> str:
        """Return a token of the application, for ``Authorization: Bearer ...``; ``claims`` add to its own, or replace.

        ``mock.jwt(exp=0)`` has expired.
        """
        given.members(claims)
        return token(self.application_id, self.private_key, claims, given.seconds("lives_s", lives_s), time.time())

    def env(self, client: str | None = None) -> dict[str, str]:
        """Return variables of the environment for a program under test: address, credentials, certificate.

        They are named ``MESSAGES_API_URL``, ``MESSAGES_API_KEY`` and so on, as `mockserver run` names them; those that
        an official client reads itself are added for a name of `mockserver env`, such as ``python``.
        """
        given.text_or_none("client", client, '"python"')
        known = self._credentials
        named = {
            "MESSAGES_API_URL": self.url,
            "MESSAGES_API_TLS_URL": self.tls_url,
            "MESSAGES_API_CA_FILE": None if self.ca_file is None else str(self.ca_file),
            "MESSAGES_API_KEY": known.api_key,
            "MESSAGES_API_SECRET": known.api_secret,
            "MESSAGES_APPLICATION_ID": known.application_id,
            "MESSAGES_PRIVATE_KEY": None if known.keys is None else known.keys.private,
            "MESSAGES_SIGNATURE_SECRET": known.signature_secret,
        }
        own = {name: value for name, value in named.items() if value is not None}
        return own if client is None else own | self._exports(client)

    @property
    def looked(self) -> set[int]:
        """The numbers of journal entries whose violations or findings the test has looked at."""
        return self._notes.looked

    @property
    def _keys(self) -> KeyPair:
        what = f"The key pair of the application of {self.api_key} is not known here"
        return _known(self._credentials.keys, what, _OWN)

    def _credentials_of(self, name: str) -> Credentials:
        """Return what is known of an account by its key; of one met elsewhere, its key alone."""
        return self._place.known.get(name) or Credentials(name)

    def _exports(self, name: str) -> dict[str, str]:
        """Return the variables that an official client reads."""
        from mockserver.contract.clients import load_clients
        from mockserver.core.clients import Client, Values, exports_of
        from mockserver.core.words import choices

        known = load_clients()
        client = known.find(name)
        if not isinstance(client, Client):
            fix = client.why if client is not None else choices(name, known.names)
            raise UsageError(f'There is no client "{name}"', fix=fix)
        if client.scheme == "https" and self.tls_url is None:
            raise UsageError(f"{client.title} speaks https only, and this server has none", fix="Use serving().")
        values = Values(
            url=self.url,
            tls_url=self.tls_url or "",
            ca_file=str(self.ca_file or ""),
            api_key=self.api_key,
            api_secret=self._credentials.api_secret or ANY_SECRET,
            application_id=self._credentials.application_id or "",
            private_key_file="",
            signature_secret=self._credentials.signature_secret or "",
        )
        return exports_of(client, values)

    def _with_members(self, members: Mapping[str, Json]) -> dict[str, Json]:
        """Return the whole account with more members; only an account made here is known as a whole."""
        what = f"Account {self.api_key} was not made here, so what else it holds is not known"
        whole = _known(self._notes.members, what, "Use new_account(), or PUT /_mock/accounts.")
        return {**whole, **members}


def _known(value: _T | None, what: str, fix: str) -> _T:
    if value is None:
        raise UsageError(what, fix=fix)
    return value
