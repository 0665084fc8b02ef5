"""The provider's routes: reads a request, asks the contract and the service, writes the answer and the journal."""

import time
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Final
from urllib.parse import parse_qs

import msgspec
from starlette.types import Receive, Scope, Send

from mockserver.clock import SystemClock
from mockserver.model import EntryKind, Exchange, Json
from mockserver.problem import Finding, Problem, Verdict, Violation
from mockserver.service.accounts import Caller
from mockserver.service.runtime import Runtime
from mockserver.service.webhooks import insist
from mockserver.web.bodies import parse_json
from mockserver.web.dispatch import StartWorkflow
from mockserver.web.incoming import Headers, Incoming, LeftError, Reader, TooLargeError, answer, read_body
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
_BARE_KEY: Final = "a PATCH needs the token of an application, as patch_auth is bearer"
_STOPPING: Final = Problem(503, "Service Unavailable", "The mock server is stopping.", type="about:blank")


@dataclass(slots=True)
class _Outcome:
    """What is known of a request so far; ``problem`` says why nothing came of it."""

    request: Incoming
    account: str
    operation: Operation
    raw: bytes = b""
    problem: Problem | None = None
    verdict: Verdict | None = None
    findings: tuple[Finding, ...] = ()
    done: Done | None = None
    started_s: float = field(default_factory=time.perf_counter)


class VonageRoutes:
    """The operations that take a JSON body and answer 202, and what answers every path that is none.

    An ASGI application.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
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
        self._known = tuple(path for each in operations for path in each.paths)
        found = {path: each for each in operations for path in each.paths}
        self._operations = {path + slash: found[path] for path in found if path[-1] != "}" for slash in ("", "/")}
        self._holders = {path.rpartition("/")[0]: found[path] for path in found if path[-1] == "}"}
        self.paths = frozenset(self._operations)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request and answer it; every outcome is journalled once."""
        request = self._reader.read(scope)
        operation, target = self._find(request.path)
        outcome = _Outcome(request, self._runtime.settings.api_key, operation or self._fallback)
        try:
            await self._judge(outcome, receive, target, is_known=operation is not None)
        except LeftError:
            await self._journal(outcome, _LEFT, _LEFT_BODY, "")  # nobody is there to be answered
            return
        except Exception as error:  # the one recorder of the edge: told to the client and the journal, then raised
            failed = failure(error)
            outcome.problem = outcome.operation.dialect.named("Internal", failed.detail) or failed
            await self._answer(outcome, send)
            raise
        await self._answer(outcome, send)

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
            outcome.problem = too_large(limit)
        if not is_known:
            outcome.problem = self._unknown_path(request.path)
            return
        if request.method != operation.method:
            outcome.problem = _method_problem(request.method, operation)
        if outcome.problem is not None:
            return
        caller = await self._runtime.accounts.identify(_credentials(request), self._wall.seconds())
        if isinstance(caller, Refused):
            outcome.account = caller.account or outcome.account
            outcome.problem = operation.dialect.unauthorised(caller.reason, unprovisioned=caller.unprovisioned)
            return
        outcome.account = caller.account.api_key
        if operation is self._token_only and caller.application is None:
            outcome.problem = operation.dialect.unauthorised(_BARE_KEY)
            return
        if request.headers.values.get("host", "").partition(":")[0] in self._sandbox_hosts:
            caller = replace(caller, sandbox=True)
        await self._judge_body(outcome, caller, target)

    async def _judge_body(self, outcome: _Outcome, caller: Caller, target: str) -> None:
        operation = outcome.operation
        strict = self._runtime.settings.strict
        outcome.findings, outcome.problem = judge_headers(outcome.request.headers, strict=strict)
        if outcome.problem is not None:
            return
        parsed = parse_json(outcome.raw)
        if parsed.violation is not None:
            outcome.problem = operation.dialect.unreadable(_unreadable(outcome.raw, parsed.violation, operation))
            return
        verdict = operation.check(parsed.value)
        outcome.verdict = verdict
        outcome.findings += parsed.findings + verdict.findings
        violations = verdict.violations + (as_violations(outcome.findings) if strict else ())
        if violations:
            outcome.problem = operation.dialect.refusal(violations)
            return
        if not self._runtime.is_running:
            outcome.problem = _STOPPING
            return
        outcome.done = done = await operation.act(Asked(caller, verdict, parsed.value, target))
        outcome.problem = done.problem
        outcome.findings += done.findings

    def _unknown_path(self, path: str) -> Problem:
        near = get_close_matches(path.rstrip("/"), self._known, 1, 0.5)
        hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(self._known)}."
        return Problem(404, "Not Found", f"No operation is at {path}. {hint}", type="about:blank")

    async def _answer(self, outcome: _Outcome, send: Send) -> None:
        trace_id = self._runtime.next_trace()
        headers = {b"content-type": b"application/json", TRACE_HEADER: trace_id.encode()}
        if outcome.done is not None and outcome.problem is None:
            status, body = _ACCEPTED, outcome.done.answer
        else:
            problem = outcome.problem or _NO_OUTCOME
            dialect = outcome.operation.dialect
            status, body = problem.status, dialect.problem_body(problem, trace_id)
            headers[b"content-type"] = dialect.problem_type.encode()
            headers |= {name.encode(): value.encode() for name, value in problem.headers.items()}
        self._check_own(outcome.operation, status, body)
        await self._journal(outcome, status, body, trace_id)
        content = b"" if outcome.request.method == "HEAD" or body is None else msgspec.json.encode(body)
        await answer(send, status, headers, content)

    def _check_own(self, operation: Operation, status: int, body: Json) -> None:
        if self._runtime.settings.self_check:
            insist(f"an answer {status}", operation.answer_violations(status, body))

    async def _journal(self, outcome: _Outcome, status: int, body: Json, trace_id: str) -> None:
        request, problem, verdict, done = outcome.request, outcome.problem, outcome.verdict, outcome.done
        message = done.message if done is not None else None
        exchange = Exchange(
            method=request.method,
            path=request.target,
            status=status,
            verdict=verdict_word(status),
            body=outcome.raw.decode("utf-8", "replace")[:KEPT_BODY],
            headers=request.headers.shown,
            answer=None if message is not None and body == {"message_uuid": message.uuid} else body,
            trace_id=trace_id,
            reason=problem.reason if problem is not None else None,
            channel=verdict.channel if verdict is not None else None,
            kind=verdict.kind if verdict is not None else None,
            violations=problem.violations if problem is not None else (),
            findings=outcome.findings,
            duration_ms=round((time.perf_counter() - outcome.started_s) * 1000, 3),
        )
        await self._runtime.journal.write(
            outcome.account,
            EntryKind.REQUEST if status < _SERVER_ERROR else EntryKind.ERROR,
            _about(exchange, done),
            message=message.uuid if message is not None else None,
            exchange=exchange,
        )


def _about(exchange: Exchange, done: Done | None) -> str:
    start = f"{exchange.method} {exchange.path} {exchange.status}"
    if done is not None and done.about:
        return f"{start} {done.about}"
    if exchange.violations:
        more = len(exchange.violations) - 1
        return f"{start} {exchange.violations[0].reason}" + (f" (and {more} more)" if more else "")
    return f"{start} {exchange.reason or exchange.answer['detail']}"


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


def as_violations(findings: tuple[Finding, ...]) -> tuple[Violation, ...]:
    """Return findings as what ``--strict`` makes of them."""
    return tuple(Violation(each.name, each.rule, f"{each.detail} (refused because of --strict)") for each in findings)


def _unreadable(raw: bytes, violation: Violation, operation: Operation) -> Violation:
    """Return why a body cannot be read, in the API's own words if it is empty and there are such."""
    if operation.empty is None or raw.strip():
        return violation
    return replace(violation, reason=operation.empty)


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
