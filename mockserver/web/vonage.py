"""The provider's routes: reads a request, asks the contract and the service, writes the answer and the journal."""

import time
from dataclasses import dataclass, field
from difflib import get_close_matches
from http import HTTPStatus
from typing import Final

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from mockserver.clock import SystemClock
from mockserver.model import EntryKind, Exchange, Json, Message
from mockserver.problem import Finding, Problem, Verdict, Violation
from mockserver.service.accounts import Caller
from mockserver.service.runtime import Runtime
from mockserver.web.bodies import TooLargeError, parse_json, read_bytes
from mockserver.web.endpoint import Endpoint
from mockserver.wire import v0_1
from mockserver.wire.signing import Refused

TRACE_HEADER: Final = "X-Nexmo-Trace-Id"
UNAUTHORISED: Final = ("Unauthorised", "Invalid Token")
"""Title and detail of a 401. Source: domain facts, messages-v0.1 part 1.5, seen on the wire."""

_SHOWN: Final = 6
"""Characters of a credential kept in the journal."""
_KEPT_BODY: Final = 65_536
"""Characters of a body kept in the journal; longer ones are cut there, not refused."""

_NO_OUTCOME: Final = Problem(500, "Internal Error", "The mock server reached no verdict.", type="about:blank")


@dataclass(slots=True)
class _Outcome:
    """What is known of a request so far; ``problem`` of ``None`` means accepted."""

    account: str
    raw: bytes = b""
    problem: Problem | None = None
    verdict: Verdict | None = None
    findings: tuple[Finding, ...] = ()
    message: Message | None = None
    started_s: float = field(default_factory=time.perf_counter)


class VonageRoutes:
    """The Messages v0.1 operation and what answers everything else."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._wall = SystemClock()
        document = runtime.specs.documents["messages-v0.1"]
        self._paths = [
            path for known, item in document["paths"].items() for path in (known, *item.get("x-aliases", ()))
        ]

    def routes(self) -> list[Route]:
        """Return a route for each documented path and its aliases, with and without a trailing slash."""
        return [Route(path + slash, Endpoint(self.send_message)) for path in self._paths for slash in ("", "/")]

    async def send_message(self, request: Request) -> Response:
        """Judge one request to send a message and answer it; every outcome is journalled once."""
        outcome = _Outcome(self._runtime.settings.api_key)
        try:
            await self._judge(request, outcome)
        except ClientDisconnect:
            outcome.problem = Problem(499, "Client Closed Request", "The client left before its body was complete.")
        return await self._answer(request, outcome)

    async def _judge(self, request: Request, outcome: _Outcome) -> None:
        if request.method != "POST":
            outcome.problem = _method_problem(request.method)
            return
        try:
            outcome.raw = await read_bytes(request, self._runtime.settings.max_body_bytes)
        except TooLargeError:
            outcome.problem = _too_large(self._runtime.settings.max_body_bytes)
            return
        headers = request.headers.getlist("authorization")
        caller = await self._runtime.accounts.identify(headers, self._wall.seconds())
        if isinstance(caller, Refused):
            title, detail = UNAUTHORISED
            outcome.problem = Problem(401, title, detail, reason=caller.reason)
            return
        outcome.account = caller.account.api_key
        await self._judge_body(request, caller, outcome)

    async def _judge_body(self, request: Request, caller: Caller, outcome: _Outcome) -> None:
        strict = self._runtime.settings.strict
        outcome.findings, outcome.problem = _judge_headers(request, strict=strict)
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
        outcome.message = await self._runtime.messages.send(caller, verdict.channel, parsed.value)

    async def unknown_path(self, request: Request) -> Response:
        """Answer a path that is no operation, with the nearest one that is."""
        near = get_close_matches(request.url.path.rstrip("/"), self._paths, 1, 0.5)
        hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(self._paths)}."
        problem = Problem(404, "Not Found", f"No operation is at {request.url.path}.{hint}", type="about:blank")
        return await self._answer(request, _Outcome(self._runtime.settings.api_key, problem=problem))

    async def record_failure(self, request: Request, error: Exception) -> Response:
        """Answer and journal a mistake of ours; the server raises it again afterwards, so it is logged."""
        detail = f"The mock server itself failed: {type(error).__name__}: {error}"
        problem = Problem(500, "Internal Error", detail, type="about:blank")
        return await self._answer(request, _Outcome(self._runtime.settings.api_key, problem=problem))

    async def _answer(self, request: Request, outcome: _Outcome) -> Response:
        trace_id = (await self._runtime.messages.next_uuid(outcome.account, "trace")).replace("-", "")
        headers = {TRACE_HEADER: trace_id, "Content-Type": "application/json"}
        if outcome.message is not None:
            status, body = 202, v0_1.accepted(outcome.message)
        else:
            problem = outcome.problem or _NO_OUTCOME
            status, body = problem.status, v0_1.problem_body(problem, trace_id)
            headers |= {"Content-Type": "application/problem+json"} | problem.headers
        self._check_own(status, body)
        await self._journal(request, outcome, status, body, trace_id)
        content = b"" if request.method == "HEAD" else msgspec.json.encode(body)
        return Response(content, status, headers)

    def _check_own(self, status: int, body: Json) -> None:
        if self._runtime.settings.self_check:
            violations = self._runtime.contract.answer_violations(status, body)
            if violations:
                reasons = "; ".join(f"{each.name}: {each.reason}" for each in violations)
                raise RuntimeError(f"an answer {status} of ours breaks our own document: {reasons}")

    async def _journal(self, request: Request, outcome: _Outcome, status: int, body: Json, trace_id: str) -> None:
        problem, verdict, message = outcome.problem, outcome.verdict, outcome.message
        exchange = Exchange(
            method=request.method,
            path=_path_of(request),
            status=status,
            verdict=_verdict_word(status),
            body=outcome.raw.decode("utf-8", "replace")[:_KEPT_BODY],
            headers=_shown_headers(request),
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
            EntryKind.REQUEST if status < HTTPStatus.INTERNAL_SERVER_ERROR else EntryKind.ERROR,
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
    if status < HTTPStatus.BAD_REQUEST:
        return "accepted"
    return "refused" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "failed"


def _path_of(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def _shown_headers(request: Request) -> dict[str, str]:
    """Return the headers for the journal, credentials shortened."""
    headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in request.scope["headers"]}
    if "authorization" in headers:
        scheme, _, rest = headers["authorization"].partition(" ")
        headers["authorization"] = f"{scheme} {rest[:_SHOWN]}..." if rest else scheme[:_SHOWN]
    return headers


def _judge_headers(request: Request, *, strict: bool) -> tuple[tuple[Finding, ...], Problem | None]:
    """Return findings about the headers, and a 415 where the body cannot or must not be read."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        detail = f"The Content-Encoding is {encoding!r}; send the body uncompressed."
        return (), Problem(415, "Unsupported Media Type", detail, type="about:blank")
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
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
    return Problem(405, "Method Not Allowed", detail, type="about:blank", headers={"Allow": "POST"})


def _too_large(limit: int) -> Problem:
    detail = f"The body is larger than {limit} bytes."
    return Problem(413, "Content Too Large", detail, type="about:blank", headers={"Connection": "close"})
