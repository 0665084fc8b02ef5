"""``mockserver explain``: judges a request body without a server and shows the nearest valid form."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mockserver.cli.options import AsJson, examples
from mockserver.cli.output import show_json, show_line
from mockserver.cli.shell import Shell, shell_of
from mockserver.cli.styles import BAD, GOOD, OPEN
from mockserver.core.forms import FORMS, V0_1
from mockserver.errors import UsageError
from mockserver.model import Json
from mockserver.problem import Finding, Verdict, Violation

if TYPE_CHECKING:
    from mockserver.web.explaining import Explainer, Explanation

EXAMPLES = examples(
    "mockserver explain message.json",
    "mockserver explain --version v1 message.json",
    """echo '{"to": {"type": "sms", "number": "+447700900123"}}' | mockserver explain - --json""",
)
_STDIN = "-"
_VERSION_HELP = "The version to judge by; without it, that which the body's members tell."
_VIOLATED = 1
_PLACE = re.compile(r" at line (\d+) column (\d+)")


def explain(
    context: typer.Context,
    *,
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="A request body; - is stdin.")] = _STDIN,
    version: Annotated[str | None, typer.Option(metavar=f"[{'|'.join(FORMS)}]", help=_VERSION_HELP)] = None,
    patch: Annotated[bool, typer.Option("--patch", help="Judge it as the body of a PATCH in v1, an update.")] = False,
    as_json: AsJson = False,
) -> None:
    """Judge a request body, without a server.

    Shows the verdict, the version and branch chosen, the answer it would get, every violation and finding, and the
    nearest valid form, translated if the body is of another version than asked for. Exit code 0
    if it would be accepted, 1 if not, 2 if it cannot be read.
    """
    from mockserver.web.control.views import explanation_view

    _check_flags(version, patch=patch)
    shell = shell_of(context)
    body, oddities = _read(shell, file)
    explainer = _explainer()
    explanation = explainer.explain_update(body) if patch else explainer.explain(body, version)
    if as_json:
        show_json(explanation_view(explanation, oddities, body))
    else:
        _show(shell, explanation, oddities)
    raise typer.Exit(0 if explanation.verdict.is_valid else _VIOLATED)


def _check_flags(version: str | None, *, patch: bool) -> None:
    if version is not None and version not in FORMS:
        raise UsageError(f"--version is {version!r}.", fix=f"Known: {', '.join(FORMS)}.")
    if patch and version == V0_1:
        raise UsageError("Messages v0.1 has no PATCH.", fix="Leave out --version, or --patch.")


def _explainer() -> "Explainer":
    from mockserver.contract.dispatch import DispatchContract
    from mockserver.contract.specs import load_specs
    from mockserver.service.versions import versions_of
    from mockserver.web.explaining import Explainer

    versions = versions_of(load_specs(), exact=False)
    return Explainer(versions, DispatchContract(versions.specs, versions.contracts[V0_1]))


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


def _show(shell: Shell, explanation: "Explanation", oddities: tuple[Finding, ...]) -> None:
    """Print the verdict for a person."""
    verdict, problem = explanation.verdict, explanation.problem
    word, style = ("Accepted", GOOD) if verdict.is_valid else ("Refused", BAD)
    show_line(shell.environ, (word, style), (f" as {explanation.judged_as}: {_chosen(verdict)}", ""))
    if problem is not None:
        print(f"Answer: {problem.status} {problem.title} ({problem.type})")
    for violation in verdict.violations:
        _show_violation(shell, violation)
    for finding in (*oddities, *verdict.findings):
        show_line(shell.environ, ("finding ", OPEN), (f"{finding.name}: {finding.detail}", ""))
    if explanation.nearest is not None:
        print("Nearest valid form:")
        show_json(explanation.nearest)


def _chosen(verdict: Verdict) -> str:
    """Return in words what was made of a body; an update has neither channel nor kind."""
    branch = f"branch {verdict.branch}" if verdict.branch else "no branch fits"
    if verdict.branch and verdict.channel is None and verdict.kind is None:
        return branch
    return f"{verdict.channel or 'unknown channel'} {verdict.kind or 'unknown kind'}, {branch}"


def _show_violation(shell: Shell, violation: Violation) -> None:
    """Print a broken rule: the field, why, and what was found, expected and nearest."""
    show_line(shell.environ, (violation.name, "bold"), (f"  ({violation.rule})", "dim"))
    print(f"  {violation.reason}")
    facts = {"found": violation.found, "expected": violation.expected, "nearest": violation.nearest}
    for word, value in facts.items():
        if value not in (None, ""):
            print(f"  {word:<8} {value if word == 'expected' else json.dumps(value, ensure_ascii=False)}")
