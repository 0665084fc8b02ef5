"""Where the bundled files lie: beside the package in a wheel, at the top of the repository in a checkout."""

from pathlib import Path

from mockserver.errors import MockServerError

_PACKAGE = Path(__file__).parent


def bundled(folder: str) -> Path:
    """Return the path of ``specs``, ``scenarios`` or ``examples``; raise MockServerError if the install lacks it."""
    for candidate in (_PACKAGE / "_bundled" / folder, _PACKAGE.parent / folder):
        if candidate.is_dir():
            return candidate
    raise MockServerError(
        f"The bundled folder {folder!r} is missing from this installation.",
        fix="Install the package again from a wheel built by `python -m build`.",
    )
