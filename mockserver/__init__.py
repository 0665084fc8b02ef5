"""A contract-testing stand-in for the Vonage Messages, Dispatch and External Accounts APIs.

What tests need stands here; each name is imported when it is asked for, so that the package itself costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.handle import MockServer
    from mockserver.settings import Settings
    from mockserver.web.app import create_app

__all__ = ["MockServer", "Settings", "create_app"]

_HOMES = {
    "MockServer": "mockserver.handle",
    "Settings": "mockserver.settings",
    "create_app": "mockserver.web.app",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found
