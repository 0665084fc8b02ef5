"""URLs of files that nobody hosts: short, long, oddly spelled and all valid."""

from typing import Final

from hypothesis import strategies as st

URL_START: Final = "^[Hh][Tt][Tt][Pp]"
"""How the documents' pattern of a URL begins."""
_ORIGINS: Final = (
    *("https://files.example.org/", "http://files.example.org/", "HTTPS://FILES.EXAMPLE.ORG/"),
    *("https://files.example.org:8443/a%20b/", "https://user@files.example.org/x/../"),
)
_NAMES: Final = st.just("file") | st.text("abcdefghijklmnopqrstuvwxyz0123456789-_~", min_size=1, max_size=20)


def urls(extensions: tuple[str, ...] = (), *, max_chars: int = 2000) -> st.SearchStrategy[str]:
    """Return http and https URLs that end in one of the extensions if any are given, some as long as may be."""
    endings = st.sampled_from([f".{each}" for each in extensions] or [""])
    short = st.builds("{}{}{}".format, st.sampled_from(_ORIGINS), _NAMES, endings)
    return short | st.builds(_padded, st.just(_ORIGINS[0]), endings, st.just(max_chars))


def _padded(origin: str, ending: str, size: int) -> str:
    return f"{origin}{'x' * (size - len(origin) - len(ending))}{ending}"
