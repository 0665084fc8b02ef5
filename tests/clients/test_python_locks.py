"""The locks of the Python clients: one client each, every pin with its hashes, and no host named."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PLACES = sorted(path.parent for path in HERE.glob("python-*/requirements.in"))


def test_every_python_client_has_a_lock() -> None:
    assert ["python-3", "python-4"] == [place.name for place in PLACES if (place / "requirements.lock").exists()]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_lock_pins_the_client_and_hashes_all_it_needs(place: Path) -> None:
    lock = (place / "requirements.lock").read_text(encoding="utf-8")
    pins = re.split(r"\n(?=[a-z])", lock.strip())

    assert "://" not in lock
    assert [] == [pin for pin in pins if "--hash=sha256:" not in pin]
    [wanted] = (place / "requirements.in").read_text(encoding="utf-8").split()
    assert wanted in [pin.split()[0] for pin in pins]
    assert wanted.startswith(f"vonage=={place.name.removeprefix('python-')}.")
