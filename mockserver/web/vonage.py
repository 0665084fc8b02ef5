"""The provider's routes: reads a request, asks the contract and the service, writes the answer and the journal."""

import time
from difflib import get_close_matches
from functools import partial
from typing import Final
from urllib.parse import parse_qs

import msgspec
from msgspec import Struct
from starlette.types import Receive, Scope, Send

from mockserver.clock import SystemClock
from mockserver.core.cells import operation_name
from mockserver.core.faults import Hit
from mockserver.core.matching import Subject
from mockserver.model import EntryKind, Exchange, Json
from mockserver.problem import Finding, Problem, Verdict, Violation
from mockserver.service.accounts import Caller, Requested
from mockserver.service.refusals import problem_of_fault
from mockserver.service.runtime import Runtime
from mockserver.service.subjects import of_message
from mockserver.service.webhooks import insist
from mockserver.web.bodies import parse_json
from mockserver.web.dispatch import StartWorkflow
from mockserver.web.faulty import UNANSWERED, Line, Reply, give
from mockserver.web.incoming import Headers, Incoming, LeftError, Reader, TooLargeError, read_body
from mockserver.web.messages import SendMessage, SendMessageV1, UpdateMessage
from mockserver.web.operation import Asked, Done, Operation
from mockserver.wire.signing import Refused, basic_header

TRACE_HEADER: Final = b"x-nexmo-trace-id"
_ACCEPTED: Final = 202
_CLIENT_ERROR: Final = 400
_SERVER_ERROR: Final = 500
KEPT_BODY: Final = 65_536
"""Characters of a body kept in the journal; longer ones are cut there, not refused."""
_NO_OUTCOME: Final = Problem(_SERVER_ERROR, "Internal Error", "The mock server reached no verdict.", type="about:blank")
_LEFT: Final = 499
_LEFT_BODY: Final = {"title": "Client Closed Request", "detail": "The client left before its body was complete."}
_BODILESS: Final = frozenset({204, 304})
NO_STATUS: Final = 0
"""The status of a request that got no answer on purpose."""
_BARE_KEY: Final = "a PATCH needs the token of an application, as patch_auth is bearer"
_STOPPING: Final = Problem(503, "Service Unavailable", "The mock server is stopping.", type="about:blank")


class _Outcome(Struct):
    """What is known of a request so far; ``problem`` says why nothing came of it.

    ``hit`` is what is done to the answer on purpose. ``asked_for`` names the operation, if there is such a one.
    ``broken`` is what is wrong with it beside its body, told of only to the tester.
    """

    request: Incoming
    account: str
    operation: Operation
    started_s: float
    asked_for: str | None = None
    raw: bytes = b""
    problem: Problem | None = None
    verdict: Verdict | None = None
    findings: tuple[Finding, ...] = ()
    done: Done | None = None
    hit: Hit | None = None
    broken: tuple[Violation, ...] = ()


class VonageRoutes:
    """The operations that take a JSON body and answer 202, and what answers every path that is none.

    An ASGI application.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._fates = runtime.messages.fates
        self._wall = SystemClock()
        self._reader = Reader()
        self._sandbox_hosts = runtime.specs.provider.sandbox.hosts
        update = UpdateMessage(runtime)
        operations: tuple[Operation, ...] = (
            SendMessage(runtime),
            StartWorkflow(runtime),
            SendMessageV1(runtime),
            update,
        )
        self._token_only = update if runtime.settings.patch_auth == "bearer" else None
        self._fallback = operations[0]
        self._names = {(each.method, each): operation_name(each.method, each.paths[0]) for each in operations}
        self._known = tuple(path for each in operations for path in each.paths)
        found = {path: each for each in operations for path in each.paths}
        self._operations = {path + slash: found[path] for path in found if path[-1] != "}" for slash in ("", "/")}
        self._holders = {path.rpartition("/")[0]: found[path] for path in found if path[-1] == "}"}
        self.paths = frozenset(self._operations)

    @property
    def is_undirected(self) -> bool:
        """True while no scenario decides on messages."""
        return self._fates.director is None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request and answer it; every outcome is journalled once."""
        started_s = time.perf_counter()
        line = Line(scope, receive, send, self._runtime.stopping)
        request = self._reader.read(scope)
        operation, target = self._find(request.path)
        asked_for = None if operation is None else self._names.get((request.method, operation))
        outcome = _Outcome(request, self._runtime.settings.api_key, operation or self._fallback, started_s, asked_for)
        try:
            await self._judge(outcome, receive, target, is_known=operation is not None)
        except LeftError:
            await self._journal(outcome, _LEFT, _LEFT_BODY, "")  # nobody is there to be answered
            return
        except Exception as error:  # the one recorder of the edge: told to the client and the journal, then raised
            failed = failure(error)
            outcome.problem, outcome.hit = outcome.operation.dialect.named("Internal", failed.detail) or failed, None
            await self._answer(outcome, line)
            raise
        await self._answer(outcome, line)

    def _find(self, path: str) -> tuple[Operation | None, str]:
        """Return the operation of a path, and what the last part of the path names if it names something."""
        found = self._operations.get(path)
        if found is not None:
            return found, ""
        holder, _, target = path.removesuffix("/").rpartition("/")
        return (self._holders.get(holder), target) if target else (None, "")

    async def _judge(self, outcome: _Outcome, receive: Receive, target: str, *, is_known: bool) -> None:
        request, operation = outcome.request, outcome.operation
        limit = self._runtime.settings.max_body_bytes
        try:
            outcome.raw = await read_body(receive, request.headers.values.get("content-length"), limit)
        except TooLargeError:
            await self._refuse(outcome, too_large(limit), "body", "size")
        if not is_known:
            await self._refuse(outcome, self._unknown_path(request.path), "path", "path")
        elif request.method != operation.method:
            await self._refuse(outcome, _method_problem(request.method, operation), "method", "method")
        if outcome.problem is not None:
            return
        caller = await self._runtime.accounts.identify(_credentials(request), self._wall.seconds())
        if isinstance(caller, Refused):
            problem = operation.dialect.unauthorised(caller.reason, unprovisioned=caller.unprovisioned)
            await self._refuse(outcome, problem, "Authorization", "credentials")
            if caller.unprovisioned:  # as the tester set the application up, which is no mistake of the client
                outcome.broken = ()
            return
        outcome.account = caller.account.api_key
        if operation is self._token_only and caller.application is None:
            problem = operation.dialect.unauthorised(_BARE_KEY)
            await self._refuse(outcome, problem, "Authorization", "credentials")
            return
        if request.headers.host in self._sandbox_hosts:
            caller = msgspec.structs.replace(caller, sandbox=True)
        await self._judge_body(outcome, caller, target)

    async def _refuse(self, outcome: _Outcome, problem: Problem, name: str, rule: str) -> None:
        """Refuse a request for what is not in its body; it goes to the account that its credentials name."""
        outcome.problem = problem
        owner = await self._runtime.accounts.owner(_credentials(outcome.request))
        if owner is not None:
            outcome.account, outcome.broken = owner, (broken_by(problem, name, rule),)

    async def _judge_body(self, outcome: _Outcome, caller: Caller, target: str) -> None:
        asked = self._read(outcome, caller, target)
        if await self._runtime.faults.has_any(outcome.account):
            await self._break(outcome, caller, asked)
        if outcome.problem is not None or asked is None:
            return
        if not self._runtime.is_running:
            outcome.problem = _STOPPING
            return
        if self._fates.director is not None:
            asked = _with_request(outcome, asked)
        outcome.done = done = await outcome.operation.act(asked)
        outcome.hit = outcome.hit or done.hit
        outcome.problem = done.problem
        outcome.findings += done.findings

    async def _break(self, outcome: _Outcome, caller: Caller, asked: Asked | None) -> None:
        """Choose the fault that hits the answer, and refuse the message if it is not to be taken."""
        subject = partial(_subject, outcome, caller, asked)
        faults = self._runtime.faults
        outcome.hit = hit = await faults.hit_on_answer(outcome.account, subject, is_plain=asked is None)
        if hit is not None and not hit.fault.is_taken and asked is not None:
            outcome.problem = self._fault_problem(outcome.operation, hit)

    def _fault_problem(self, operation: Operation, hit: Hit) -> Problem:
        return operation.spelled(problem_of_fault(hit.fault, operation.dialect, self._runtime.specs.magic))

    def _read(self, outcome: _Outcome, caller: Caller, target: str) -> Asked | None:
        """Return what a sound request asks for; note the problem of any other."""
        operation = outcome.operation
        strict = self._runtime.settings.strict
        outcome.findings, outcome.problem = judge_headers(outcome.request.headers, strict=strict)
        if outcome.problem is not None:
            outcome.broken = (broken_by_headers(outcome.problem, outcome.findings),)
            return None
        parsed = parse_json(outcome.raw)
        if parsed.violation is not None:
            outcome.problem = operation.dialect.unreadable(_unreadable(outcome.raw, parsed.violation, operation))
            return None
        verdict = operation.check(parsed.value)
        outcome.verdict = verdict
        outcome.findings += parsed.findings + verdict.findings
        violations = verdict.violations + (as_violations(outcome.findings) if strict else ())
        if violations:
            outcome.problem = operation.dialect.refusal(violations)
            return None
        return Asked(caller, verdict, parsed.value, target)

    def _unknown_path(self, path: str) -> Problem:
        near = get_close_matches(path.rstrip("/"), self._known, 1, 0.5)
        hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(self._known)}."
        return Problem(404, "Not Found", f"No operation is at {path}. {hint}", type="about:blank")

    async def _answer(self, outcome: _Outcome, line: Line) -> None:
        trace_id = self._runtime.next_trace()
        headers = {b"content-type": b"application/json", TRACE_HEADER: trace_id.encode()}
        problem = self._problem(outcome)
        if problem is None and outcome.done is not None:
            status, body = _ACCEPTED, outcome.done.answer
        else:
            problem = problem or _NO_OUTCOME
            dialect = outcome.operation.dialect
            status, body = problem.status, dialect.problem_body(problem, trace_id)
            headers[b"content-type"] = dialect.problem_type.encode()
            headers |= {name.lower().encode(): value.encode() for name, value in problem.headers.items()}
        if outcome.hit is None:
            self._check_own(outcome.operation, status, body)
        elif outcome.hit.fault.body is not None:
            body = outcome.hit.fault.body
        await self._journal(outcome, status, body, trace_id)
        self._runtime.coverage.answered(outcome.account, outcome.asked_for, status, outcome.hit)
        has_none = outcome.request.method == "HEAD" or status in _BODILESS or body is None
        await give(line, Reply(status, headers, b"" if has_none else encoded(body)), outcome.hit)

    def _problem(self, outcome: _Outcome) -> Problem | None:
        """Return the problem to answer with: a fault's own goes before what came of the request."""
        hit = outcome.hit
        if hit is not None and hit.fault.kind.taken is False:
            return self._fault_problem(outcome.operation, hit)
        return outcome.problem

    def _check_own(self, operation: Operation, status: int, body: Json) -> None:
        if self._runtime.settings.self_check:
            insist(f"an answer {status}", operation.answer_violations(status, body))

    async def _journal(self, outcome: _Outcome, status: int, body: Json, trace_id: str) -> None:
        request, problem, verdict, done = outcome.request, outcome.problem, outcome.verdict, outcome.done
        fault = None if outcome.hit is None else outcome.hit.fault
        message = done.message if done is not None else None
        exchange = Exchange(
            method=request.method,
            path=request.target,
            status=NO_STATUS if fault is not None and fault.do in UNANSWERED else status,
            verdict=verdict_word(status) if fault is None else _verdict(outcome),
            body=outcome.raw.decode("utf-8", "replace")[:KEPT_BODY],
            headers=request.headers.shown,
            answer=None if message is not None and body == {"message_uuid": message.uuid} else body,
            trace_id=trace_id,
            reason=problem.reason if problem is not None else None,
            channel=verdict.channel if verdict is not None else None,
            kind=verdict.kind if verdict is not None else None,
            violations=outcome.broken or (problem.violations if problem is not None else ()),
            findings=outcome.findings,
            duration_ms=round((time.perf_counter() - outcome.started_s) * 1000, 3),
            fault=None if fault is None else fault.do,
        )
        await self._runtime.journal.write(
            outcome.account,
            EntryKind.REQUEST if status < _SERVER_ERROR or fault is not None else EntryKind.ERROR,
            _about(exchange, done, outcome.hit),
            message=message.uuid if message is not None else None,
            exchange=exchange,
        )


def _about(exchange: Exchange, done: Done | None, hit: Hit | None) -> str:
    start = f"{exchange.method} {exchange.path} {exchange.status or 'unanswered'}"
    why = "" if hit is None else f", {hit.words()}"
    if done is not None and done.about:
        return f"{start} {done.about}{why}"
    if exchange.violations:
        more = len(exchange.violations) - 1
        return f"{start} {exchange.violations[0].reason}" + (f" (and {more} more)" if more else "") + why
    if hit is not None and exchange.reason == hit.fault.words():
        return f"{start}{why}"
    return f"{start} {exchange.reason or exchange.answer['detail']}{why}"


def _verdict(outcome: _Outcome) -> str:
    """Return the verdict on a request whose answer a fault hit: what would have come of it, or came of it unseen."""
    return "accepted" if outcome.done is not None and outcome.done.problem is None else "refused"


def encoded(body: Json) -> bytes:
    """Return the bytes of an answer; a text is the tester's own and goes out as it is."""
    return body.encode() if isinstance(body, str) else msgspec.json.encode(body)


def _subject(outcome: _Outcome, caller: Caller, asked: Asked | None) -> Subject:
    """Return the fields of a request that faults are chosen by; those of its message only if its body is sound."""
    request, operation = outcome.request, outcome.operation
    subject: dict[str, Json] = {
        "operation": operation.name,
        "method": request.method,
        "path": request.path,
        "version": operation.dialect.name,
        "application": caller.application,
        "headers": request.headers.values,
    }
    if asked is None:
        return subject
    message = operation.draft(asked)
    return {**({} if message is None else of_message(message)), **subject, "body": asked.body}


def _with_request(outcome: _Outcome, asked: Asked) -> Asked:
    """Return what is asked for with the request itself, for scenarios may ask for all of it."""
    request = outcome.request
    told = Requested(outcome.operation.name, request.method, request.path, request.headers.values, asked.body)
    return msgspec.structs.replace(asked, caller=msgspec.structs.replace(asked.caller, request=told))


def verdict_word(status: int) -> str:
    """Return the verdict that a status of ours means."""
    if status < _CLIENT_ERROR:
        return "accepted"
    return "refused" if status < _SERVER_ERROR else "failed"


def judge_headers(headers: Headers, *, strict: bool) -> tuple[tuple[Finding, ...], Problem | None]:
    """Return findings about the headers, and a 415 where the body cannot or must not be read."""
    encoding = headers.values.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        detail = f"The Content-Encoding is {encoding!r}; send the body uncompressed."
        return (), Problem(415, "Unsupported Media Type", detail, type="about:blank")
    media = headers.media_type
    if media == "application/json":
        return (), None
    found = f"is {media!r}" if media else "is missing"
    detail = f"The Content-Type {found}; expected application/json."
    finding = Finding("Content-Type", "content_type", detail)
    refusal = f"{detail} (refused because of --strict)"
    return (finding,), Problem(415, "Unsupported Media Type", refusal, type="about:blank") if strict else None


def broken_by(problem: Problem, name: str, rule: str) -> Violation:
    """Return for the tester what a request broke that was refused for other things than its body."""
    return Violation(name, rule, problem.reason or problem.detail)


def broken_by_headers(problem: Problem, findings: tuple[Finding, ...]) -> Violation:
    """Return what is broken by headers for which a body is not read: its type, if that was found odd, or its coding."""
    name, rule = ("Content-Type", "content_type") if findings else ("Content-Encoding", "content_encoding")
    return broken_by(problem, name, rule)


def as_violations(findings: tuple[Finding, ...]) -> tuple[Violation, ...]:
    """Return findings as what ``--strict`` makes of them."""
    return tuple(Violation(each.name, each.rule, f"{each.detail} (refused because of --strict)") for each in findings)


def _unreadable(raw: bytes, violation: Violation, operation: Operation) -> Violation:
    """Return why a body cannot be read, in the API's own words if it is empty and there are such."""
    if operation.empty is None or raw.strip():
        return violation
    return msgspec.structs.replace(violation, reason=operation.empty)


def _credentials(request: Incoming) -> list[str]:
    """Return the credentials of a request: its headers, or else key and secret in its query, as old clients have them.

    Source: domain facts, real-clients part 2.
    """
    found = request.headers.authorizations
    if found or "api_key=" not in request.target:
        return found
    query = parse_qs(request.query)
    key, secret = (query.get(name, [""])[-1] for name in ("api_key", "api_secret"))
    return [basic_header(key, secret)] if key else found


def _method_problem(method: str, operation: Operation) -> Problem:
    detail = f"{method} is not allowed here; {operation.deed} with {operation.method}."
    return Problem(405, "Method Not Allowed", detail, type="about:blank", headers={"allow": operation.method})


def too_large(limit: int) -> Problem:
    """Return the 413 of a body beyond the limit."""
    detail = f"The body is larger than {limit} bytes."
    return Problem(413, "Content Too Large", detail, type="about:blank", headers={"connection": "close"})


def failure(error: Exception) -> Problem:
    """Return the 500 of a mistake of ours."""
    detail = f"The mock server itself failed: {type(error).__name__}: {error}"
    return Problem(_SERVER_ERROR, "Internal Error", detail, type="about:blank")
