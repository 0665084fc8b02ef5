"""The routes of the External Accounts API: finds the operation, judges the request, asks the service, answers.

What operations there are is the document's matter, what becomes of an account the service's.
"""

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mockserver.clock import SystemClock
from mockserver.contract.accounts import PREFIX, Found, Operation
from mockserver.core.cells import operation_name
from mockserver.core.faults import Hit
from mockserver.core.forms import V0_1
from mockserver.model import EntryKind, Exchange, Json, Sender
from mockserver.problem import Finding, Problem, Violation
from mockserver.service.accounts import Caller
from mockserver.service.refusals import problem_of_fault
from mockserver.service.runtime import Runtime
from mockserver.service.webhooks import insist
from mockserver.web.bodies import Parsed, parse_json
from mockserver.web.faulty import SPOILERS, UNANSWERED, Line, Reply, give, hold
from mockserver.web.incoming import Incoming, LeftError, Reader, TooLargeError, read_body
from mockserver.web.masking import masked_body, unquoted
from mockserver.web.vonage import (
    KEPT_BODY,
    NO_STATUS,
    TRACE_HEADER,
    as_violations,
    broken_by,
    broken_by_headers,
    encoded,
    failure,
    judge_headers,
    too_large,
    verdict_word,
)
from mockserver.wire import accounts as wire
from mockserver.wire.signing import Refused

_SERVER_ERROR: Final = 500
_NO_CONTENT: Final = 204
_LEFT: Final = 499
_OPERATION: Final = "external"
_DEFAULT_NUMBER: Final = 1
_DEFAULT_SIZE: Final = 20
_HOST: Final = re.compile(r"[A-Za-z0-9._\-\[\]:]+")
"""What a Host header may hold to be quoted in links."""


@dataclass(slots=True)
class _Outcome:
    """What is known of a request so far; ``problem`` says why it comes to nothing, else ``body`` is the answer's.

    ``hit`` is what is done to the answer on purpose. ``broken`` is what is wrong with it beside its body and query,
    told of only to the tester.
    """

    request: Incoming
    base: str
    query: str
    account: str
    found: Found | None = None
    raw: bytes = b""
    problem: Problem | None = None
    findings: tuple[Finding, ...] = ()
    body: Json | None = None
    about: str = ""
    hit: Hit | None = None
    broken: tuple[Violation, ...] = ()
    started_s: float = field(default_factory=time.perf_counter)

    @property
    def operation(self) -> Operation | None:
        """The operation asked for, if there is one."""
        return self.found.operation if self.found is not None else None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that has passed the contract: whose it is, and what its path, query and body say."""

    account: str
    base: str
    values: dict[str, str]
    query: dict[str, Json]
    body: Json
    provider: str = ""
    channel: str = ""


_Handler: TypeAlias = Callable[[_Asked], Awaitable[Sender | Problem]]
"""What does an operation on one account."""


class ExternalRoutes:
    """All of ``/beta/chatapp-accounts``. An ASGI application."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._contract = runtime.accounts_contract
        self._wall = SystemClock()
        self._reader = Reader()
        self._handlers: dict[str, _Handler] = {
            "createMessengerAccount": self._create,
            "getMessengerAccount": self._show,
            "getViberAccount": self._show,
            "getWhatsappAccount": self._show,
            "updateMessengerAccount": self._update,
            "deleteMessengerAccount": self._delete,
            "linkApplication": self._link,
            "unlinkApplication": self._unlink,
        }

    def routes(self) -> list[Route]:
        """Return the routes: the path of the list and all beneath it."""
        return [Route(path, self) for path in (PREFIX, PREFIX + "/{path:path}")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request and answer it; every outcome is journalled once."""
        query = scope["query_string"].decode("latin-1")
        outcome = _Outcome(self._reader.read(scope), _base(scope), query, self._runtime.settings.api_key)
        line = Line(scope, receive, send, self._runtime.stopping)
        try:
            await self._judge(outcome, receive)
            self._check_own(outcome)
        except LeftError:
            outcome.problem = Problem(_LEFT, "Client Closed Request", "The client left before its body was complete.")
        except Exception as error:  # the one recorder of the edge: told to the client and the journal, then raised
            outcome.problem, outcome.hit = failure(error), None
            await self._answer(outcome, line)
            raise
        await self._answer(outcome, line)

    async def _judge(self, outcome: _Outcome, receive: Receive) -> None:
        request = outcome.request
        match self._contract.find(request.method, request.path):
            case None:
                await self._refuse(outcome, self._unknown_path(request.path), "path", "path")
                return
            case tuple(allowed):
                await self._refuse(outcome, _method_problem(request.method, allowed), "method", "method")
                return
            case found:
                outcome.found = found
        if found.operation.body is not None:
            limit = self._runtime.settings.max_body_bytes
            try:
                outcome.raw = await read_body(receive, request.headers.values.get("content-length"), limit)
            except TooLargeError:
                await self._refuse(outcome, too_large(limit), "body", "size")
                return
        caller = await self._runtime.accounts.identify(request.headers.authorizations, self._wall.seconds())
        if isinstance(caller, Refused):
            title, detail = wire.UNAUTHORISED
            problem = Problem(401, title, detail, reason=caller.reason)
            await self._refuse(outcome, problem, "Authorization", "credentials")
            if caller.unprovisioned:  # see VonageRoutes
                outcome.broken = ()
            return
        outcome.account = caller.account.api_key
        asked = self._read(outcome, found)
        await self._break(outcome, caller, asked)
        if outcome.hit is not None and not outcome.hit.fault.is_taken:
            outcome.problem = self._fault_problem(outcome.hit)
        elif isinstance(asked, Problem):
            outcome.problem = asked
        else:
            await self._perform(outcome, found.operation, asked)

    async def _refuse(self, outcome: _Outcome, problem: Problem, name: str, rule: str) -> None:
        """Refuse a request for what is not in its body; it goes to the account that its credentials name."""
        outcome.problem = problem
        owner = await self._runtime.accounts.owner(outcome.request.headers.authorizations)
        if owner is not None:
            outcome.account, outcome.broken = owner, (broken_by(problem, name, rule),)

    async def _break(self, outcome: _Outcome, caller: Caller, asked: _Asked | Problem) -> None:
        """Choose the fault that hits the answer; one that looks at a body or a channel needs a sound request."""
        if not await self._runtime.faults.has_any(outcome.account):
            return
        is_plain = isinstance(asked, Problem)
        subject = {
            "operation": _OPERATION,
            "method": outcome.request.method,
            "path": outcome.request.path,
            "headers": outcome.request.headers.values,
            "application": caller.application,
            **({} if isinstance(asked, Problem) else {"channel": asked.channel or None, "body": asked.body}),
        }
        outcome.hit = await self._runtime.faults.hit_on_answer(outcome.account, lambda: subject, is_plain=is_plain)

    def _fault_problem(self, hit: Hit) -> Problem:
        """Return the error a fault answers with, in the words of the API as old as this one."""
        return problem_of_fault(hit.fault, self._runtime.versions.dialects[V0_1], self._runtime.specs.magic)

    def _read(self, outcome: _Outcome, found: Found) -> _Asked | Problem:
        """Return what was asked for, held against the document; or the problem that says what is wrong with it."""
        operation, strict = found.operation, self._runtime.settings.strict
        query, violations = self._read_query(outcome, operation)
        body: Json = None
        if operation.body is not None:
            parsed = _parsed(outcome.raw, operation)
            if outcome.raw.strip() or operation.needs_body:
                headers, problem = judge_headers(outcome.request.headers, strict=strict)
                outcome.findings += headers
                if problem is not None:
                    outcome.broken = (broken_by_headers(problem, headers),)
                    return problem
            body = parsed.value
            outcome.findings += parsed.findings
            violations += self._judge_body(outcome, operation, parsed)
        if strict:
            violations += as_violations(outcome.findings)
        if violations:
            return wire.invalid(violations)
        provider = self._contract.providers.get(found.provider or query.get("provider", ""))
        return _Asked(
            outcome.account,
            outcome.base,
            found.values,
            query,
            body,
            provider.name if provider is not None else "",
            provider.channel if provider is not None else "",
        )

    def _read_query(self, outcome: _Outcome, operation: Operation) -> tuple[dict[str, Json], tuple[Violation, ...]]:
        if operation.query is None:
            return {}, ()
        given = dict(parse_qsl(outcome.query, keep_blank_values=True))
        outcome.findings += self._contract.query_findings(operation, given)
        return self._contract.query_violations(operation, given)

    def _judge_body(self, outcome: _Outcome, operation: Operation, parsed: Parsed) -> tuple[Violation, ...]:
        if parsed.violation is not None:
            return (unquoted(parsed.violation),)
        outcome.findings += self._contract.body_findings(operation, parsed.value)
        return self._contract.body_violations(operation, parsed.value)

    async def _perform(self, outcome: _Outcome, operation: Operation, asked: _Asked) -> None:
        """Do what was asked; a list is the one operation that is not about one account."""
        if operation.id not in self._handlers:
            await self._list(outcome, asked)
            return
        done = await self._handlers[operation.id](asked)
        if isinstance(done, Problem):
            outcome.problem = done
            return
        outcome.about = f"{asked.provider} {done.id}"
        if operation.success != _NO_CONTENT:
            outcome.about += f" {_linked(done)}"
            outcome.body = self._account_body(done, asked)

    async def _list(self, outcome: _Outcome, asked: _Asked) -> None:
        number = asked.query.get("page_number", _DEFAULT_NUMBER)
        size = asked.query.get("page_size", _DEFAULT_SIZE)
        external = self._runtime.external
        page = await external.page(asked.account, asked.channel or None, number=number, size=size)
        links = wire.page_links(asked.base, number=number, size=size, total=page.total, provider=asked.provider or None)
        bodies = [self._account_body(each, asked) for each in page.accounts]
        outcome.body = wire.page_body(bodies, links, number=number, size=size)
        outcome.about = f"{len(bodies)} of {page.total} accounts"

    async def _create(self, asked: _Asked) -> Sender | Problem:
        return await self._runtime.external.create(asked.account, asked.channel, asked.body)

    async def _show(self, asked: _Asked) -> Sender | Problem:
        return await self._runtime.external.show(asked.account, asked.channel, asked.values["external_id"])

    async def _update(self, asked: _Asked) -> Sender | Problem:
        identity = asked.values["external_id"]
        return await self._runtime.external.update(asked.account, asked.channel, identity, asked.body)

    async def _delete(self, asked: _Asked) -> Sender | Problem:
        return await self._runtime.external.delete(asked.account, asked.channel, asked.values["external_id"])

    async def _link(self, asked: _Asked) -> Sender | Problem:
        identity, application = asked.values["external_id"], asked.body["application"]
        return await self._runtime.external.link(asked.account, asked.channel, identity, application)

    async def _unlink(self, asked: _Asked) -> Sender | Problem:
        identity, application = asked.values["external_id"], asked.values["application_id"]
        return await self._runtime.external.unlink(asked.account, asked.channel, identity, application)

    def _account_body(self, sender: Sender, asked: _Asked) -> Json:
        provider = next(each for each in self._contract.providers.values() if each.channel == sender.channel)
        return wire.account_body(sender, asked.account, provider.name, has_token=provider.has_token)

    def _unknown_path(self, path: str) -> Problem:
        known = self._contract.paths
        near = get_close_matches(path.rstrip("/"), known, 1, 0.5)
        hint = f"The nearest is {near[0]}." if near else f"Known: {', '.join(known)}."
        providers = ", ".join(self._contract.providers)
        detail = f"No operation is at {path}. {hint} Providers are {providers}."
        return Problem(404, "Not Found", detail, type="about:blank")

    def _check_own(self, outcome: _Outcome) -> None:
        """Hold the answer against our document, if that is asked for."""
        if self._runtime.settings.self_check and outcome.hit is None:
            status, body = _status_of(outcome), _body_of(outcome)
            insist(f"an answer {status}", self._contract.answer_violations(outcome.operation, status, body))

    async def _answer(self, outcome: _Outcome, line: Line) -> None:
        trace_id = self._runtime.next_trace()
        hit = outcome.hit
        if hit is not None and hit.fault.kind.taken is False:
            outcome.problem = self._fault_problem(hit)
        status, body, problem = _status_of(outcome), _body_of(outcome), outcome.problem
        more = problem.headers if problem is not None else {}
        headers = {TRACE_HEADER: trace_id.encode()} | {name.encode(): value.encode() for name, value in more.items()}
        if hit is not None and hit.fault.body is not None:
            body = hit.fault.body
        await self._journal(outcome, status, body, trace_id)
        self._runtime.coverage.answered(outcome.account, _asked_for(outcome), status, hit)
        if status == _NO_CONTENT and (hit is None or hit.fault.do not in SPOILERS):
            if hit is not None:
                await hold(line, hit)
            await _answer_nothing(line.send, status, headers)
            return
        content = b""
        if body is not None:
            headers[b"content-type"] = b"application/json" if problem is None else b"application/problem+json"
            content = b"" if outcome.request.method == "HEAD" else encoded(body)
        own = {} if hit is None else hit.fault.headers
        headers |= {name.lower().encode(): text.encode() for name, text in own.items()}
        await give(line, Reply(status, headers, content), hit)

    async def _journal(self, outcome: _Outcome, status: int, body: Json, trace_id: str) -> None:
        request, problem, found, hit = outcome.request, outcome.problem, outcome.found, outcome.hit
        provider = self._contract.providers.get((found.provider if found is not None else None) or "")
        exchange = Exchange(
            method=request.method,
            path=wire.masked_text(request.target),
            status=NO_STATUS if hit is not None and hit.fault.do in UNANSWERED else status,
            verdict=verdict_word(status) if hit is None else _verdict(outcome, hit),
            body=masked_body(outcome.raw)[:KEPT_BODY],
            headers=request.headers.shown,
            answer=wire.masked(body),
            trace_id=trace_id,
            reason=problem.reason if problem is not None else None,
            channel=provider.channel if provider is not None else None,
            violations=outcome.broken or (problem.violations if problem is not None else ()),
            findings=outcome.findings,
            duration_ms=round((time.perf_counter() - outcome.started_s) * 1000, 3),
            fault=None if hit is None else hit.fault.do,
        )
        kind = EntryKind.REQUEST if status < _SERVER_ERROR or hit is not None else EntryKind.ERROR
        about = f"{exchange.method} {exchange.path} {exchange.status or 'unanswered'} {_words(outcome)}".rstrip()
        about += "" if hit is None or about.endswith(hit.words()) else f", {hit.words()}"
        await self._runtime.journal.write(outcome.account, kind, about, exchange=exchange)


def _base(scope: Scope) -> str:
    """Return the URL of the list as this client reached it: by its own scheme and host."""
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    if not _HOST.fullmatch(host):
        server = scope.get("server") or ("localhost", None)
        host = server[0] if server[1] is None else f"{server[0]}:{server[1]}"
    return f"{scope.get('scheme', 'http')}://{host}{PREFIX}"


def _parsed(raw: bytes, operation: Operation) -> Parsed:
    """Parse a body; where none is needed, an empty one asks for nothing."""
    return parse_json(raw) if raw.strip() or operation.needs_body else Parsed({})


def _asked_for(outcome: _Outcome) -> str | None:
    """Return the name of the operation that is answered; there is none where nobody hears the answer."""
    operation = outcome.operation
    return (
        None if operation is None or _status_of(outcome) == _LEFT else operation_name(operation.method, operation.path)
    )


def _status_of(outcome: _Outcome) -> int:
    if outcome.problem is not None:
        return outcome.problem.status
    return outcome.operation.success if outcome.operation is not None else _SERVER_ERROR


def _body_of(outcome: _Outcome) -> Json | None:
    return outcome.body if outcome.problem is None else wire.problem_body(outcome.problem)


def _verdict(outcome: _Outcome, hit: Hit) -> str:
    """Return the verdict on a request whose answer a fault hit: what came of it, seen or not."""
    is_done = outcome.problem is None or (hit.fault.kind.taken is False and hit.fault.is_taken)
    return "accepted" if is_done else "refused"


def _words(outcome: _Outcome) -> str:
    """Return what came of a request, for the journal's line."""
    problem = outcome.problem
    if problem is None:
        return outcome.about
    return problem.violations[0].reason if problem.violations else problem.reason or problem.detail


def _linked(sender: Sender) -> str:
    return f"linked to {sender.application}" if sender.application is not None else "not linked"


def _method_problem(method: str, allowed: tuple[str, ...]) -> Problem:
    verbs = ", ".join(allowed)
    detail = f"{method} is not allowed here; use {verbs}."
    return Problem(405, "Method Not Allowed", detail, type="about:blank", headers={"allow": verbs})


async def _answer_nothing(send: Send, status: int, headers: dict[bytes, bytes]) -> None:
    """Send an answer that may have no body, and so not even the length of one."""
    raw = list(headers.items())
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": b""})
