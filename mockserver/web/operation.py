"""What an operation of the provider is to the pipeline that judges requests: its paths, its rules, what it does."""

from typing import Protocol

from msgspec import Struct

from mockserver.core.faults import Hit
from mockserver.model import Json, Message
from mockserver.problem import Finding, Problem, Verdict, Violation
from mockserver.service.accounts import Caller
from mockserver.wire.dialects import Dialect


class Asked(Struct, frozen=True, gc=False):
    """A request whose body broke no rule. ``target`` is the last part of its path, where the path names something."""

    caller: Caller
    verdict: Verdict
    body: Json
    target: str = ""


class Done(Struct, frozen=True, gc=False):
    """What came of a request that broke no rule: ``answer`` goes out with a 202, unless there is a ``problem``.

    Without an ``answer`` the 202 has no body. ``about`` says for the journal what was asked for; ``message`` is the
    message it made first, or was about. ``hit`` is what is to be done to the answer on purpose.
    """

    answer: Json = None
    about: str = ""
    message: Message | None = None
    problem: Problem | None = None
    findings: tuple[Finding, ...] = ()
    hit: Hit | None = None


class Operation(Protocol):
    """One method on some paths, with a JSON body, whose good end is a 202."""

    @property
    def name(self) -> str:
        """What it is called where requests are asked for: ``send``, ``update``, ``dispatch``."""
        ...

    @property
    def method(self) -> str:
        """The method."""
        ...

    @property
    def paths(self) -> tuple[str, ...]:
        """Where it is served; each with a trailing slash as well. One that ends in ``{...}`` takes anything there."""
        ...

    @property
    def deed(self) -> str:
        """What it does, for the answer to other methods."""
        ...

    @property
    def empty(self) -> str | None:
        """The reason told for a body without content, where the API has words of its own for it."""
        ...

    @property
    def dialect(self) -> Dialect:
        """Who words its errors."""
        ...

    def check(self, body: Json) -> Verdict:
        """Return what the contract says of a body."""
        ...

    def answer_violations(self, http_status: int, body: Json) -> tuple[Violation, ...]:
        """Return what is wrong with an answer of ours."""
        ...

    def draft(self, asked: Asked) -> Message | None:
        """Return the message that a valid body would send first, as it would be now; ``None`` if it sends none."""
        ...

    def spelled(self, problem: Problem) -> Problem:
        """Return a problem of its dialect as this operation words it."""
        ...

    async def act(self, asked: Asked) -> Done:
        """Do what a valid body asks for."""
        ...


def paths_of(document: Json, method: str) -> tuple[str, ...]:
    """Return the paths of a document that have a method, their old names included."""
    items = ((path, item) for path, item in document["paths"].items() if method in item)
    return tuple(each for path, item in items for each in (path, *item.get("x-aliases", ())))
