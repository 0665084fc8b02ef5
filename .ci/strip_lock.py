"""Takes every URL out of npm lock files; versions and integrity hashes are what pins a package."""

import json
import sys
from pathlib import Path

URL_MEMBERS = frozenset({"funding", "resolved"})


def strip(path: Path) -> None:
    """Write the lock file anew without the members that hold URLs; npm needs neither."""
    lock = json.loads(path.read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        for member in URL_MEMBERS & package.keys():
            del package[member]
    path.write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for each in sys.argv[1:]:
        strip(Path(each))
