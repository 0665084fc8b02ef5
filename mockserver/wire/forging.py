"""The Authorization header of a request made to look like a webhook: a right one, and every wrong one worth trying."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from mockserver.core.scenario_values import TokenForm
from mockserver.wire.signing import webhook_token

WRONG: Final[Mapping[TokenForm, str]] = {
    "unsigned": "it has no token at all",
    "wrong_signature": "its token is signed with another secret",
    "other_body": "its body was changed: its token is that of another body",
    "no_algorithm": 'its token has the algorithm "none" and no signature',
    "cut_signature": "its token has no signature",
    "no_jwt": "its token is no JWT",
}
"""The forms that a receiver must refuse, in words; not an old token, for how old is too old is nowhere said."""
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose webhook a request is to look like."""

    secret: str
    api_key: str


def authorization(form: TokenForm, body: bytes, signer: Signer, *, now_s: float, token_id: str) -> dict[str, str]:
    """Return the Authorization header of a body, none for ``unsigned``."""
    if form == "unsigned":
        return {}
    token = webhook_token(
        body + b" " if form == "other_body" else body,
        f"not {signer.secret}" if form == "wrong_signature" else signer.secret,
        issued_s=now_s - _DAY_S if form == "stale_signature" else now_s,
        token_id=token_id,
        api_key=signer.api_key,
        application=None,
    )
    return {"Authorization": f"Bearer {_SPOILT.get(form, str)(token)}"}


def _no_algorithm(token: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


def _cut(token: str) -> str:
    return token.rpartition(".")[0] + "."


_SPOILT: Final[Mapping[str, Callable[[str], str]]] = {
    "no_algorithm": _no_algorithm,
    "cut_signature": _cut,
    "no_jwt": lambda _: "nonsense",
}
