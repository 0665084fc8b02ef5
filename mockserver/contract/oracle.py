"""The slow authority: openapi-core judging requests, webhooks and answers by the same documents, for tests.

The only module that imports openapi_core, which takes a third of a second to load; no start-up needs it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters

from mockserver.model import Json

_AUTHORIZATION = "Basic bW9ja2tleTE6c2VjcmV0"
"""Any credentials: the document asks for some, the oracle is about bodies."""
_JSON = "application/json"


def _parameters() -> RequestParameters:
    return RequestParameters(header={"Authorization": _AUTHORIZATION})


@dataclass
class _Request:
    """A request as openapi-core's protocol wants it."""

    body: bytes
    path: str
    method: str = "post"
    content_type: str = _JSON
    host_url: str = "http://localhost"
    parameters: RequestParameters = field(default_factory=_parameters)


@dataclass
class _Webhook:
    """A webhook as openapi-core's protocol wants it; told from a request by its name."""

    body: bytes
    name: str
    method: str = "post"
    content_type: str = _JSON
    parameters: RequestParameters = field(default_factory=_parameters)


@dataclass(frozen=True)
class _Response:
    """An answer as openapi-core's protocol wants it."""

    data: bytes
    status_code: int
    content_type: str
    headers: Mapping[str, str]


class Oracle:
    """Judges by one OpenAPI document, which is checked against the OpenAPI specification itself first."""

    def __init__(self, document: Json) -> None:
        # Problem documents are JSON, which openapi-core does not know by itself.
        config = Config(extra_media_type_deserializers={"application/problem+json": json.loads})
        self._api = OpenAPI.from_dict(document, config=config)
        self._path = next(iter(document["paths"]))

    def accepts(self, body: Json) -> bool:
        """Return whether a request with this body is valid."""
        return not self.request_errors(json.dumps(body).encode())

    def request_errors(
        self, body: bytes, *, path: str | None = None, method: str = "post", content_type: str = _JSON
    ) -> list[str]:
        """Return what is wrong with a POST of these bytes, in openapi-core's words."""
        request = _Request(body, path or self._path, method=method, content_type=content_type)
        return _words(self._api.iter_request_errors(request))

    def webhook_errors(self, name: str, body: Json) -> list[str]:
        """Return what is wrong with a webhook; ``name`` is the document's, such as ``messageStatus``."""
        return _words(self._api.iter_webhook_request_errors(_Webhook(json.dumps(body).encode(), name)))

    def answer_errors(
        self,
        http_status: int,
        body: Json,
        *,
        content_type: str,
        headers: Mapping[str, str],
        path: str | None = None,
        method: str = "post",
    ) -> list[str]:
        """Return what is wrong with one of our answers, to a send unless said otherwise; no type means no body."""
        request = _Request(b"{}", path or self._path, method=method)
        data = json.dumps(body).encode() if content_type else b""
        response = _Response(data, http_status, content_type, headers)
        return _words(self._api.iter_response_errors(request, response))


def _words(errors: Iterable[Exception]) -> list[str]:
    """Return each error with the schema errors behind it."""
    found = []
    for error in errors:
        behind = [str(each.message) for each in getattr(error.__cause__, "schema_errors", ())]
        found.append(": ".join([str(error), *behind]))
    return found
