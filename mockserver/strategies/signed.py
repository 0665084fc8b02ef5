"""Webhooks as they come in over the wire: the bytes of the body, and headers with a token over exactly these."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, overload

import msgspec
from hypothesis import strategies as st

from mockserver.core.chance import uuid_for
from mockserver.core.scenario_values import TokenForm
from mockserver.errors import UsageError
from mockserver.model import Json
from mockserver.strategies.known import Values, chosen, is_a
from mockserver.wire.forging import WRONG, Signer, authorization

_FORMS: Final[tuple[TokenForm, ...]] = ("right", *WRONG)
_KEY: Final = "abcd1234"


@dataclass(frozen=True, slots=True)
class SignedWebhook:
    """A request to a webhook endpoint. ``webhook`` is what the body means, ``form`` how its token was made."""

    body: bytes
    headers: dict[str, str] = field(hash=False)
    webhook: Json = field(hash=False)
    form: TokenForm = "right"


@overload
def signed(
    webhook: Mapping[str, Json],
    secret: str,
    *,
    form: TokenForm = "right",
    api_key: str = _KEY,
    at: datetime | None = None,
) -> SignedWebhook: ...
@overload
def signed(
    webhook: Values,
    secret: str,
    *,
    form: TokenForm = "right",
    api_key: str = _KEY,
    at: datetime | None = None,
) -> st.SearchStrategy[SignedWebhook]: ...
def signed(
    webhook: Mapping[str, Json] | Values,
    secret: str,
    *,
    form: TokenForm = "right",
    api_key: str = _KEY,
    at: datetime | None = None,
) -> SignedWebhook | st.SearchStrategy[SignedWebhook]:
    """Return a webhook with the headers of our own, or if it is a strategy, one of such.

    ``form`` names what is wrong with the token: ``unsigned``, ``wrong_signature``, ``other_body``, ``no_algorithm``,
    ``cut_signature``, ``no_jwt``. ``at`` is when it was signed, now without it: verifiers refuse what is of tomorrow.
    Raise UnknownError for a form that there is not.
    """
    chosen("form", form, _FORMS)
    if not (is_a(Mapping, webhook) or is_a(st.SearchStrategy, webhook)):
        what = f"no webhook can be read from {type(webhook).__name__}"
        raise UsageError(what, where="signed", fix="Pass the body of one, or a strategy such as inbound_webhooks().")
    for name, text in (("secret", secret), ("api_key", api_key)):
        if not is_a(str, text):
            raise UsageError(f"{name} is {text!r}, expected a text", where="signed")
    signer = Signer(secret, api_key)
    if isinstance(webhook, st.SearchStrategy):
        return webhook.map(lambda body: _signed(body, signer, form, at))
    return _signed(webhook, signer, form, at)


def _signed(webhook: Json, signer: Signer, form: TokenForm, at: datetime | None) -> SignedWebhook:
    body = msgspec.json.encode(webhook)
    now_s = time.time() if at is None else at.timestamp()
    token_id = uuid_for(0, "signed", body)
    token = authorization(form, body, signer, now_s=now_s, token_id=token_id)
    return SignedWebhook(body, {"Content-Type": "application/json", **token}, webhook, form)
