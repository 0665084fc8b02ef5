"""The provider's routes: reads a request, asks the contract and the service, writes the answer and the journal."""

import time
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

import msgspec
from starlette.types import Receive, Scope, Send

from mockserver.clock import SystemClock
from mockserver.model import EntryKind, Exchange, Json, Message
from mockserver.problem import Finding, Problem, Verdict, Violation
from mockserver.service.accounts import Caller
from mockserver.service.runtime import Runtime
from mockserver.service.webhooks import SelfCheckError
from mockserver.web.bodies import parse_json
from mockserver.web.incoming import Incoming, LeftError, TooLargeError, answer, incoming, read_body
from mockserver.wire import v0_1
from mockserver.wire.signing import Refused

TRACE_HEADER: Final = "x-nexmo-trace-id"
UNAUTHORISED: Final = ("Unauthorised", "Invalid Token")
"""Title and detail of a 401. Source: domain facts, messages-v0.1 part 1.5, seen on the wire."""

_ACCEPTED: Final = 202
_CLIENT_ERROR: Final = 400
_SERVER_ERROR: Final = 500
_KEPT_BODY: Final = 65_536
"""Characters of a body kept in the journal; longer ones are cut there, not refused."""
_NO_OUTCOME: Final = Problem(_SERVER_ERROR, "Internal Error", "The mock server reached no verdict.", type="about:blank")
_STOPPING: Final = Problem(503, "Service Unavailable", "The mock server is stopping.", type="about:blank")


@dataclass(slots=True)
class _Outcome:
    """What is known of a request so far; without a message, ``problem`` says why."""

    request: Incoming
    account: str
    raw: bytes = b""
    problem: Problem | None = None
    verdict: Verdict | None = None
    findings: tuple[Finding, ...] = ()
    message: Message | None = None
    started_s: float = field(default_factory=time.perf_counter)


class VonageRoutes:
    """The Messages v0.1 operation, and what answers every path that is none. An ASGI application."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._wall = SystemClock()
        document = runtime.specs.documents["messages-v0.1"]
        known = [path for path, item in document["paths"].items() for path in (path, *item.get("x-aliases", ()))]
        self._known = tuple(known)
        self.paths = frozenset(path + slash for path in known for slash in ("", "/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request and answer it; every outcome is journalled once."""
        outcome = _Outcome(incoming(scope), self._runtime.settings.api_key)
        try:
            await self._judge(outcome, receive)
        except LeftError:
            outcome.problem = Problem(499, "Client Closed Request", "The client left before its body was complete.")
        except Exception as error:  # the one recorder of the edge: told to the client and the journal, then raised
            outcome.problem = _failure(error)
            await self._answer(outcome, send)
            raise
        await self._answer(outcome, send)

    async def _judge(self, outcome: _Outcome, receive: Receive) -> None:
        request = outcome.request
        if request.path not in self.paths:
            outcome.problem = self._unknown_path(request.path)
            return
        if request.method != "POST":
            outcome.problem = _method_problem(request.method)
            return
        limit = self._runtime.settings.max_body_bytes
        try:
            outcome.raw = await read_body(receive, request.headers.get("content-length"), limit)
        except TooLargeError:
            outcome.problem = _too_large(limit)
            return
        caller = await self._runtime.accounts.identify(request.authorizations, self._wall.seconds())
        if isinstance(caller, Refused):
            title, detail = UNAUTHORISED
            outcome.problem = Problem(401, title, detail, reason=caller.reason)
            return
        outcome.account = caller.account.api_key
        await self._judge_body(outcome, caller)

    async def _judge_body(self, outcome: _Outcome, caller: Caller) -> None:
        strict = self._runtime.settings.strict
        outcome.findings, outcome.problem = _judge_headers(outcome.request, strict=strict)
        if outcome.problem is not None:
            return
        parsed = parse_json(outcome.raw)
        if parsed.violation is not None:
            outcome.problem = v0_1.invalid((parsed.violation,))
            return
        verdict = self._runtime.contract.check(parsed.value)
        outcome.verdict = verdict
        outcome.findings += parsed.findings + verdict.findings
        violations = verdict.violations + (_as_violations(outcome.findings) if strict else ())
        if violations or verdict.channel is None:
            outcome.problem = v0_1.invalid(violations)
            return
        if not self._runtime.is_running:
            outcome.problem = _STOPPING
            return
        sent = await self._runtime.messages.send(caller, verdict.channel, parsed.value)
        outcome.message, outcome.problem = sent.message, sent.fate.problem
        outcome.findings += sent.fate.findings

    def _unknown_path(self, path: str) -> Problem:
        near = get_close_matches(path.rstrip("/"), self._known, 1, 0.5)
        hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(self._known)}."
        return Problem(404, "Not Found", f"No operation is at {path}. {hint}", type="about:blank")

    async def _answer(self, outcome: _Outcome, send: Send) -> None:
        trace_id = (await self._runtime.messages.next_uuid(outcome.account, "trace")).replace("-", "")
        headers = {"content-type": "application/json", TRACE_HEADER: trace_id}
        if outcome.message is not None:
            status, body = _ACCEPTED, v0_1.accepted(outcome.message)
        else:
            problem = outcome.problem or _NO_OUTCOME
            status, body = problem.status, v0_1.problem_body(problem, trace_id)
            headers |= {"content-type": "application/problem+json"} | problem.headers
        self._check_own(status, body)
        await self._journal(outcome, status, body, trace_id)
        content = b"" if outcome.request.method == "HEAD" else msgspec.json.encode(body)
        await answer(send, status, headers, content)

    def _check_own(self, status: int, body: Json) -> None:
        if self._runtime.settings.self_check:
            violations = self._runtime.contract.answer_violations(status, body)
            if violations:
                reasons = "; ".join(f"{each.name}: {each.reason}" for each in violations)
                raise SelfCheckError(f"an answer {status} of ours breaks our own document: {reasons}")

    async def _journal(self, outcome: _Outcome, status: int, body: Json, trace_id: str) -> None:
        request, problem, verdict, message = outcome.request, outcome.problem, outcome.verdict, outcome.message
        exchange = Exchange(
            method=request.method,
            path=request.target,
            status=status,
            verdict=_verdict_word(status),
            body=outcome.raw.decode("utf-8", "replace")[:_KEPT_BODY],
            headers=request.shown_headers(),
            answer=body,
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
            _about(exchange, message),
            message=message.uuid if message is not None else None,
            exchange=exchange,
        )


def _about(exchange: Exchange, message: Message | None) -> str:
    start = f"{exchange.method} {exchange.path} {exchange.status}"
    if message is not None:
        return f"{start} {message.channel} {message.kind} to {message.recipient}"
    if exchange.violations:
        return f"{start} {exchange.violations[0].reason}"
    return f"{start} {exchange.reason or exchange.answer['detail']}"


def _verdict_word(status: int) -> str:
    if status < _CLIENT_ERROR:
        return "accepted"
    return "refused" if status < _SERVER_ERROR else "failed"


def _judge_headers(request: Incoming, *, strict: bool) -> tuple[tuple[Finding, ...], Problem | None]:
    """Return findings about the headers, and a 415 where the body cannot or must not be read."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        detail = f"The Content-Encoding is {encoding!r}; send the body uncompressed."
        return (), Problem(415, "Unsupported Media Type", detail, type="about:blank")
    media = request.media_type()
    if media == "application/json":
        return (), None
    found = f"is {media!r}" if media else "is missing"
    detail = f"The Content-Type {found}; expected application/json."
    finding = Finding("Content-Type", "content_type", detail)
    return (finding,), Problem(415, "Unsupported Media Type", detail, type="about:blank") if strict else None


def _as_violations(findings: tuple[Finding, ...]) -> tuple[Violation, ...]:
    return tuple(Violation(each.name, each.rule, f"{each.detail} (refused because of --strict)") for each in findings)


def _method_problem(method: str) -> Problem:
    detail = f"{method} is not allowed here; send a message with POST."
    return Problem(405, "Method Not Allowed", detail, type="about:blank", headers={"allow": "POST"})


def _too_large(limit: int) -> Problem:
    detail = f"The body is larger than {limit} bytes."
    return Problem(413, "Content Too Large", detail, type="about:blank", headers={"connection": "close"})


def _failure(error: Exception) -> Problem:
    detail = f"The mock server itself failed: {type(error).__name__}: {error}"
    return Problem(_SERVER_ERROR, "Internal Error", detail, type="about:blank")
