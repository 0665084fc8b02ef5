"""Writes the booking service broken in one of the ways of mutants.yaml to standard output.

python break.py forgets-stop > /tmp/broken.py

With BOOKING_BUG in the environment it runs it instead, with these arguments:

BOOKING_BUG=forgets-stop python break.py
"""

import os
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).parent
BOOKING = HERE.parent / "booking"


def mutants() -> dict[str, dict[str, Any]]:
    """Return all ways to break it, by name."""
    return {each["name"]: each for each in YAML(typ="safe").load(HERE / "mutants.yaml")}


def broken(code: str, mutant: dict[str, Any]) -> str:
    """Return the code with its pieces replaced; each must be there exactly once."""
    for each in mutant["replace"]:
        if code.count(each["old"]) != 1:
            sys.exit(f"{mutant['name']}: {each['old']!r} is not in it exactly once; mend mutants.yaml.")
        code = code.replace(each["old"], each["new"])
    return code


def code_of(mutant: dict[str, Any]) -> str:
    """Return the code of a program as it is when broken."""
    return broken((BOOKING / mutant.get("file", "app.py")).read_text(encoding="utf-8"), mutant)


def named(names: list[str]) -> dict[str, Any]:
    """Return the one mutant that is named, or leave and say which there are."""
    known = mutants()
    if len(names) != 1 or names[0] not in known:
        sys.exit("Give one of:\n" + "\n".join(f"  {name}: {each['about']}" for name, each in known.items()))
    return known[names[0]]


if __name__ == "__main__":
    if "BOOKING_BUG" in os.environ:
        exec(compile(code_of(named([os.environ["BOOKING_BUG"]])), "broken.py", "exec"))  # noqa: S102 - our own example
    else:
        sys.stdout.write(code_of(named(sys.argv[1:])))
