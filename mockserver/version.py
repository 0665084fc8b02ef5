"""Which version this is; read off the installed package once, since looking for that walks all that is installed."""

from functools import cache


@cache
def version() -> str:
    """Return the version, such as ``0.3.0``."""
    from importlib.metadata import version as version_of

    return version_of("messages-mockserver")
