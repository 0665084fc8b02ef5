"""What an operation of the provider is to the pipeline that judges requests: its paths, its rules, what it does."""

from typing import Protocol

from msgspec import Struct

from mockserver.model import Json, Message
from mockserver.problem import Finding, Problem, Verdict, Violation
from mockserver.service.accounts import Caller


class Done(Struct, frozen=True, gc=False):
    """What came of a request that broke no rule: ``answer`` goes out with a 202, unless there is a ``problem``.

    ``about`` says for the journal what was asked for; ``message`` is the message it made first.
    """

    answer: Json = None
    about: str = ""
    message: Message | None = None
    problem: Problem | None = None
    findings: tuple[Finding, ...] = ()


class Operation(Protocol):
    """A POST with a JSON body, whose good end is a 202."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Where it is served; each with a trailing slash as well."""
        ...

    @property
    def deed(self) -> str:
        """What a POST does, for the answer to other methods."""
        ...

    @property
    def empty(self) -> str | None:
        """The reason told for a body without content, where the API has words of its own for it."""
        ...

    def check(self, body: Json) -> Verdict:
        """Return what the contract says of a body."""
        ...

    def answer_violations(self, http_status: int, body: Json) -> tuple[Violation, ...]:
        """Return what is wrong with an answer of ours."""
        ...

    async def act(self, caller: Caller, verdict: Verdict, body: Json) -> Done:
        """Do what a valid body asks for."""
        ...


def paths_of(document: Json) -> tuple[str, ...]:
    """Return the paths of a document, their old names included."""
    return tuple(each for path, item in document["paths"].items() for each in (path, *item.get("x-aliases", ())))
