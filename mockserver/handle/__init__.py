"""A mock server in the hands of a test: started, run in process or connected to, with verbs for all it does."""

from mockserver.handle.awaited import AsyncMockServer
from mockserver.handle.blocking import MockServer
from mockserver.handle.credentials import KeyPair
from mockserver.handle.message import Message

__all__ = ["AsyncMockServer", "KeyPair", "Message", "MockServer"]
