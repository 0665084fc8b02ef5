"""Writes the booking service broken in one of the ways of mutants.yaml to standard output; runs nothing.

python break.py forgets-stop > /tmp/broken.py
"""

import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).parent
APP = HERE.parent / "booking" / "app.py"


def mutants() -> dict[str, dict[str, Any]]:
    """Return all ways to break it, by name."""
    return {each["name"]: each for each in YAML(typ="safe").load(HERE / "mutants.yaml")}


def broken(code: str, mutant: dict[str, Any]) -> str:
    """Return the code with its pieces replaced; each must be there exactly once."""
    for each in mutant["replace"]:
        if code.count(each["old"]) != 1:
            sys.exit(f"{mutant['name']}: {each['old']!r} is not in {APP.name} exactly once; mend mutants.yaml.")
        code = code.replace(each["old"], each["new"])
    return code


if __name__ == "__main__":
    known = mutants()
    if len(sys.argv) != 2 or sys.argv[1] not in known:  # noqa: PLR2004 - the program and one name
        sys.exit("Give one of:\n" + "\n".join(f"  {name}: {each['about']}" for name, each in known.items()))
    sys.stdout.write(broken(APP.read_text(encoding="utf-8"), known[sys.argv[1]]))
