"""``mockserver explain``: judges a request body without a server and shows the nearest valid form."""

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from mockserver.cli.options import AsJson, examples
from mockserver.cli.output import show_json, show_line
from mockserver.cli.shell import Shell, shell_of
from mockserver.cli.styles import BAD, GOOD, OPEN
from mockserver.errors import UsageError
from mockserver.model import Json
from mockserver.problem import Finding, Verdict, Violation

EXAMPLES = examples(
    "mockserver explain message.json",
    """echo '{"to": {"type": "sms", "number": "+447700900123"}}' | mockserver explain - --json""",
)
_STDIN = "-"
_VIOLATED = 1
_PLACE = re.compile(r" at line (\d+) column (\d+)")


def explain(
    context: typer.Context,
    *,
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="A request body; - is stdin.")] = _STDIN,
    as_json: AsJson = False,
) -> None:
    """Judge a request body, without a server.

    Shows the verdict, the branch chosen, every violation and finding, and the nearest valid form. Exit code 0
    if it would be accepted, 1 if not, 2 if it cannot be read.
    """
    from mockserver.contract.check import MessagesContract
    from mockserver.contract.dispatch import DispatchContract, is_workflow
    from mockserver.contract.specs import load_specs

    shell = shell_of(context)
    body, oddities = _read(shell, file)
    specs = load_specs()
    messages = MessagesContract(specs)
    contract = DispatchContract(specs, messages) if is_workflow(body) else messages
    verdict = contract.check(body)
    nearest = None if verdict.is_valid else contract.nearest(body)
    if as_json:
        show_json(_as_json(verdict, oddities, nearest))
    else:
        _show(shell, verdict, oddities, nearest)
    raise typer.Exit(0 if verdict.is_valid else _VIOLATED)


def _read(shell: Shell, file: str) -> tuple[Json, tuple[Finding, ...]]:
    """Return the JSON of a file as the server would read it, and what is odd in its spelling."""
    from mockserver.web.bodies import parse_json

    name = "standard input" if file == _STDIN else file
    parsed = parse_json(shell.stdin.read() if file == _STDIN else _bytes(shell.folder / file))
    if parsed.violation is None:
        return parsed.value, parsed.findings
    reason = parsed.violation.reason
    place = _PLACE.search(reason)
    where = f"{name}:{place[1]}:{place[2]}" if place else name
    raise UsageError(_PLACE.sub("", reason), where=where)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"{path} cannot be read: {error.strerror}."
        raise UsageError(what, fix="Give a file, or - for standard input.") from None


def _as_json(verdict: Verdict, oddities: tuple[Finding, ...], nearest: Json) -> Json:
    """Return the verdict in the shape of the control API's ``explain``."""
    from mockserver.web.control.views import finding_view, verdict_view

    view = verdict_view(verdict, nearest)
    return {**view, "findings": [finding_view(each) for each in (*oddities, *verdict.findings)]}


def _show(shell: Shell, verdict: Verdict, oddities: tuple[Finding, ...], nearest: Json) -> None:
    """Print the verdict for a person."""
    chosen = f"{verdict.channel or 'unknown channel'} {verdict.kind or 'unknown kind'}"
    branch = f", branch {verdict.branch}" if verdict.branch else ", no branch fits"
    word, style = ("Accepted", GOOD) if verdict.is_valid else ("Refused", BAD)
    show_line(shell.environ, (word, style), (f": {chosen}{branch}", ""))
    for violation in verdict.violations:
        _show_violation(shell, violation)
    for finding in (*oddities, *verdict.findings):
        show_line(shell.environ, ("finding ", OPEN), (f"{finding.name}: {finding.detail}", ""))
    if nearest is not None:
        print("Nearest valid form:")
        show_json(nearest)


def _show_violation(shell: Shell, violation: Violation) -> None:
    """Print a broken rule: the field, why, and what was found, expected and nearest."""
    show_line(shell.environ, (violation.name, "bold"), (f"  ({violation.rule})", "dim"))
    print(f"  {violation.reason}")
    facts = {"found": violation.found, "expected": violation.expected, "nearest": violation.nearest}
    for word, value in facts.items():
        if value not in (None, ""):
            print(f"  {word:<8} {value if word == 'expected' else json.dumps(value, ensure_ascii=False)}")
