"""The HTTP/1.1 parser, told to overlook offers to switch protocols."""

import re
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_OFFER: Final = re.compile(rb"(?im)^upgrade(?=[ \t]*:)")
_OVERLOOKED: Final = b"x-offer"
"""As long as what it replaces, so that no length changes."""


class Parser(HttpToolsProtocol):
    """Reads the body of a request that offers an upgrade, as the real API does.

    Java's client and ``curl --http2`` offer HTTP/2 with every first request. The parser underneath takes such an offer
    for accepted and drops the body, so the header gets a name that means nothing to it.
    """

    def data_received(self, data: bytes) -> None:
        """Take bytes from the client. A line that begins so stands in no JSON body, only among headers."""
        if b"pgrade" in data or b"PGRADE" in data:
            data = _OFFER.sub(_OVERLOOKED, data)
        super().data_received(data)
