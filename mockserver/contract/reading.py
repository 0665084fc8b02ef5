"""Reads a YAML file of ours, or says where it is broken; knows nothing of what stands in it."""

from pathlib import Path

import yaml

from mockserver.errors import SpecError
from mockserver.model import Json

# ruamel.yaml, which the project uses for files people write, takes nine times as long, and start-up is felt.
# Both read YAML our way: a test holds their results against each other.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Json:
    """Return what a file holds; raise SpecError with its line if it cannot be read."""
    try:
        with path.open("rb") as file:
            return yaml.load(file, _Loader)  # noqa: S506 - both loaders are the safe ones
    except OSError as error:
        raise SpecError(f"The file cannot be read: {error.strerror}.", where=str(path)) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is not YAML"
        raise SpecError(f"The file is not readable YAML: {problem}.", where=f"{path}{line}") from error
