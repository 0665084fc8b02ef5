"""``mockserver schema``: the JSON Schemas by which editors check and complete what a tester writes."""

from typing import Annotated, Literal

import typer

from mockserver.cli.options import examples

EXAMPLES = examples("mockserver schema", "mockserver schema scenario")


def schema(
    what: Annotated[Literal["scenario"], typer.Argument(metavar="[scenario]", help="What to describe.")] = "scenario",
) -> None:
    """Print the JSON Schema of scenario files.

    Editors complete and check a file that begins with a line such as
    # yaml-language-server: $schema=scenario.schema.json
    """
    from mockserver.contract.specs import load_specs
    from mockserver.scenario.schema import scenario_schema, written

    del what  # the only one so far
    print(written(scenario_schema(load_specs())), end="")
