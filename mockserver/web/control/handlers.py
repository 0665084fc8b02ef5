"""The handlers of the control routes: read the query, ask the runtime, show the result; decide nothing themselves."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from difflib import get_close_matches
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mockserver.config import account_from
from mockserver.core.asking import check_terms, search, searched
from mockserver.core.match import Term
from mockserver.core.matching import Matcher, PatternError
from mockserver.core.words import choices
from mockserver.errors import ConflictError, MockServerError, UnknownError, UsageError
from mockserver.journal import Fits
from mockserver.model import Account, Delivery, Entry, EntryKind, Exchange, Json, Message, Status
from mockserver.problem import BEYOND_BODIES
from mockserver.scenario.load import ScenarioErrors
from mockserver.service.runtime import Runtime
from mockserver.service.subjects import of_message
from mockserver.version import version
from mockserver.web.bodies import parse_json
from mockserver.web.control import views
from mockserver.web.control.calls import check_parameters, int_of, is_number, limit_of
from mockserver.web.control.checks import CheckCalls
from mockserver.web.control.clock import ClockCalls, clock_view
from mockserver.web.control.conversations import ConversationCalls
from mockserver.web.control.coverage import CoverageCalls
from mockserver.web.control.document import control_document
from mockserver.web.control.events import EventCalls
from mockserver.web.control.faults import fault_view, faults_in, faults_view
from mockserver.web.control.guard import Guard
from mockserver.web.control.scenarios import ScenarioCalls
from mockserver.web.control.table import PREFIX, ROUTES, ControlRoute
from mockserver.web.endpoint import Endpoint
from mockserver.web.explaining import Explainer
from mockserver.web.repeating import curl_command
from mockserver.web.vonage import as_violations

_T = TypeVar("_T")
_HELD: Mapping[str, Callable[[Exchange], object]] = {
    "finding": lambda exchange: exchange.findings,
    "violation": lambda exchange: exchange.violations,
    "fault": lambda exchange: exchange.fault,
}
_log = logging.getLogger(__name__)


class Control(ClockCalls, CheckCalls, ConversationCalls, CoverageCalls, EventCalls, ScenarioCalls):
    """One method a route of the table; each takes a request and returns an answer."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self._guard = Guard(runtime.settings)
        self._explainer = Explainer(runtime.versions, runtime.dispatch_contract)

    def routes(self) -> list[Route]:
        """Return the routes of the table; one path with several verbs is one route."""
        by_path: dict[str, dict[str, ControlRoute]] = {}
        for route in ROUTES:
            for path in (PREFIX + route.path, *route.aliases):
                by_path.setdefault(path, {})[route.method] = route
        routes = [Route(path, Endpoint(self._dispatcher(verbs))) for path, verbs in by_path.items()]
        return [*routes, Route(PREFIX + "/{path:path}", Endpoint(self._unknown_path))]

    def _dispatcher(self, verbs: dict[str, ControlRoute]) -> Callable[[Request], Awaitable[Response]]:
        async def dispatch(request: Request) -> Response:
            refusal = self._guard.refusal(request)
            if refusal is not None:
                return _problem(403, *refusal)
            route = verbs.get("GET" if request.method == "HEAD" else request.method)
            if route is None:
                allowed = ", ".join(verbs)
                return _problem(405, f"{request.method} is not allowed here", f"Use {allowed}.", {"Allow": allowed})
            try:
                check_parameters(request, route)
                answer = await getattr(self, route.handler)(request)
            except MockServerError as error:
                problem = _problem(_status_of(error), str(error.what), error.fix or "", where=error.where)
                return _with_all(problem, error) if isinstance(error, ScenarioErrors) else problem
            except Exception as error:  # noqa: BLE001 - the recorder of this edge: logged, told, and the server goes on
                _log.exception("a control call failed by a mistake of ours")
                return _problem(500, f"the mock server itself failed: {type(error).__name__}: {error}", "")
            return answer if isinstance(answer, Response) else _json(answer, route.status)

        return dispatch

    async def health(self, _: Request) -> Json:
        """Answer how the server is."""
        depth = self._runtime.outbox.depth
        return {
            "status": "ok" if self._runtime.is_running else "stopping",
            "version": version(),
            "accounts": len(await self._store.accounts()),
            "seed": self._runtime.seed,
            "webhooks": msgspec.to_builtins(depth),
            "paused": self._runtime.outbox.paused,
            "scheduled": len(self._runtime.times),
            "tasks": len(asyncio.all_tasks()),
            "held": self._runtime.messages.scripts.held,
        }

    async def livez(self, _: Request) -> Json:
        """Answer that the process answers."""
        return {"status": "ok"}

    async def readyz(self, _: Request) -> Response:
        """Answer whether messages are taken."""
        if self._runtime.is_running:
            return _json({"status": "ok"}, 200)
        return _problem(503, "the server takes no messages", "Wait until it has started, or start it anew.")

    async def openapi(self, _: Request) -> Json:
        """Answer the document of this API."""
        return control_document(version())

    async def list_messages(self, request: Request) -> Json:
        """Answer a page of messages."""
        account = await self._account(request)
        cursor = request.query_params.get("cursor")
        if cursor is not None and await self._store.message(account.api_key, cursor) is None:
            raise _lost(cursor)
        found = self._search(account, request, cursor)
        page, following = await _page(found, limit_of(request), lambda each: each.uuid)
        return {
            "account": account.api_key,
            "messages": [views.message_view(each, self._specs) for each in page],
            "next": following,
            "elsewhere": await self._elsewhere(account),
        }

    async def latest_message(self, request: Request) -> Json:
        """Answer the newest message found."""
        account = await self._account(request)
        async for message in self._search(account, request):
            return await self._with_timeline(message)
        hint = await self._elsewhere(account)
        fix = f"Accounts with messages: {', '.join(hint)}." if hint else "Nothing has been sent yet."
        raise UnknownError(f"no message in account {account.api_key} fits", fix=fix)

    async def one_message(self, request: Request) -> Json:
        """Answer one message with its timeline."""
        return await self._with_timeline(await self._message(request))

    async def move_message(self, request: Request) -> Json:
        """Move a message now."""
        body = await self._body(request)
        message = await self._message(request)
        status, code = _read_move(body, self._runtime)
        is_forced = body.get("force") is True
        moved = await self._runtime.messages.move_by_hand(message, status, code, is_forced=is_forced)
        return views.message_view(moved, self._specs)

    async def inbound(self, request: Request) -> Json:
        """Let a user's message arrive."""
        body = await self._body(request)
        account = await self._account(request)
        return await self._arrived(account, body)

    async def journal(self, request: Request) -> Json:
        """Answer a page of the journal."""
        account = await self._account(request)
        fits, limit = self._entry_filter(account, request), limit_of(request)
        if "after" in request.query_params:
            after, wait_s = int_of(request, "after", 0), int_of(request, "wait_s", 0)
            entries, following = await self._runtime.journal.follow(
                account.api_key, fits, after=after, wait_s=wait_s, limit=limit
            )
        else:
            before = int_of(request, "before", 0) or None
            entries = await self._runtime.journal.newest(
                account.api_key, fits, before=before, limit=limit, where=_known(request)
            )
            following = entries[-1].id if entries else 0
        return {
            "account": account.api_key,
            "clock": clock_view(self._runtime.clocks.read(account.api_key)),
            "entries": [views.entry_view(each, self._specs) for each in entries],
            "next": following,
            "elsewhere": await self._elsewhere(account),
        }

    async def one_entry(self, request: Request) -> Json:
        """Answer one entry in full."""
        account = await self._account(request)
        number = request.path_params["number"]
        entry = await self._store.entry(account.api_key, int(number)) if is_number(number) else None
        if entry is None:
            raise await self._unknown(account, f"no journal entry {number}")
        view = views.entry_view(entry, self._specs)
        if entry.exchange is not None and any(each.rule not in BEYOND_BODIES for each in entry.exchange.violations):
            judge = self._explainer.judge_at(entry.exchange.method, entry.exchange.path)
            body = parse_json(entry.exchange.body.encode()).value
            view["nearest"] = judge.nearest(body) if judge is not None else None
            view["places"] = views.places_view(body, entry.exchange.violations)
        if entry.exchange is not None:
            hosts = self._specs.provider.sandbox.hosts
            view["curl"] = curl_command(entry.exchange, str(request.base_url), account.api_key, hosts)
        if entry.message is not None:
            caused = await self._store.entries_of(account.api_key, entry.message)
            view["caused"] = [views.entry_view(each, self._specs) for each in caused if each.id != entry.id]
        return view

    async def list_deliveries(self, request: Request) -> Json:
        """Answer a page of webhooks."""
        account = await self._account(request)
        cursor = request.query_params.get("cursor")
        if cursor is not None and await self._store.delivery(account.api_key, cursor) is None:
            raise _lost(cursor)
        found = self._filtered_deliveries(account, request, cursor)
        page, following = await _page(found, limit_of(request), lambda each: each.id)
        return {
            "account": account.api_key,
            "paused": self._runtime.outbox.held(account.api_key) is not None,
            "held": self._runtime.outbox.held(account.api_key) or 0,
            "deliveries": [views.delivery_view(each) for each in page],
            "next": following,
            "elsewhere": await self._elsewhere(account),
        }

    async def one_delivery(self, request: Request) -> Json:
        """Answer one webhook."""
        account = await self._account(request)
        identity = request.path_params["id"]
        delivery = await self._store.delivery(account.api_key, identity)
        if delivery is None:
            raise await self._unknown(account, f"no delivery {identity!r}")
        view = views.delivery_view(delivery)
        for attempt, shown in zip(delivery.attempts, view["attempts"], strict=True):
            signed = await self._runtime.messages.webhooks.signature(delivery, attempt)
            shown["signature"] = None if signed is None else views.signature_view(signed)
        return view

    async def pause_deliveries(self, request: Request) -> Json:
        """Hold an account's webhooks back."""
        account = await self._account(request)
        self._runtime.outbox.pause(account.api_key)
        return {"account": account.api_key, "paused": True, "held": self._runtime.outbox.held(account.api_key)}

    async def resume_deliveries(self, request: Request) -> Json:
        """Send an account's webhooks again, those that were held first."""
        account = await self._account(request)
        sent = self._runtime.outbox.release(account.api_key)
        return {"account": account.api_key, "paused": False, "sent": sent}

    async def redeliver(self, request: Request) -> Json:
        """Send a webhook once more."""
        account = await self._account(request)
        return views.delivery_view(await self._runtime.messages.webhooks.redeliver(account, request.path_params["id"]))

    async def explain(self, request: Request) -> Json:
        """Judge a body without sending it."""
        raw = await self._raw(request)
        parsed = parse_json(raw)
        version = request.query_params.get("version")
        if parsed.violation is not None:
            explanation = self._explainer.unreadable(parsed.violation, version)
        elif request.query_params.get("method") == "PATCH":
            explanation = self._explainer.explain_update(parsed.value)
        else:
            explanation = self._explainer.explain(parsed.value, version)
        findings = parsed.findings + explanation.verdict.findings
        if self._runtime.settings.strict and findings:
            explanation = self._explainer.with_refused(explanation, as_violations(findings))
        return views.explanation_view(explanation, parsed.findings, parsed.value)

    async def rules(self, _: Request) -> Json:
        """Answer the capability table, the error codes, the errors of v1 and the magic values."""
        return {
            "capabilities": msgspec.to_builtins(self._specs.capabilities),
            "errors": [msgspec.to_builtins(each) for each in self._specs.errors.values()],
            "problems": [msgspec.to_builtins(each) for each in self._runtime.versions.v1.problems.documented],
            "magic": self._specs.magic.listed(),
            "provider": msgspec.to_builtins(self._specs.provider),
        }

    async def list_faults(self, request: Request) -> Json:
        """Answer what is broken on purpose."""
        account = await self._account(request)
        return faults_view(account, await self._runtime.faults.listed(account.api_key))

    async def add_fault(self, request: Request) -> Json:
        """Break something on purpose."""
        account = await self._account(request)
        return fault_view(await self._runtime.faults.add(account.api_key, await self._body(request)))

    async def put_faults(self, request: Request) -> Json:
        """Break exactly what is listed."""
        account = await self._account(request)
        wanted = faults_in(await self._body(request))
        return faults_view(account, await self._runtime.faults.put(account.api_key, wanted))

    async def clear_faults(self, request: Request) -> Response:
        """Mend everything."""
        account = await self._account(request)
        await self._runtime.faults.clear(account.api_key)
        return Response(status_code=204)

    async def one_fault(self, request: Request) -> Json:
        """Answer one fault."""
        account = await self._account(request)
        return fault_view(await self._runtime.faults.one(account.api_key, request.path_params["id"]))

    async def remove_fault(self, request: Request) -> Response:
        """Mend what one fault broke."""
        account = await self._account(request)
        await self._runtime.faults.remove(account.api_key, request.path_params["id"])
        return Response(status_code=204)

    async def reset(self, request: Request) -> Json:
        """Forget all or part of an account."""
        if await self._raw(request):
            raise UsageError("a reset takes no body", fix="Say what to forget in the query: ?what=journal.")
        what = request.query_params.get("what", "all")
        account = None if what == "accounts" else await self._account(request)
        await self._runtime.reset(account, what)
        return {"account": account.api_key if account is not None else None, "reset": what}

    async def list_accounts(self, _: Request) -> Json:
        """Answer every account known."""
        return {"accounts": [views.account_view(each) for each in await self._store.accounts()]}

    async def one_account(self, request: Request) -> Json:
        """Answer one account."""
        account = await self._named_account(request.path_params["api_key"])
        seen = await self._runtime.messages.fates.provider.seen(account.api_key)
        return views.account_view(account) | {"provider_seen": seen}

    async def put_account(self, request: Request) -> Json:
        """Replace what is known of an account."""
        api_key = request.path_params["api_key"]
        body = await self._body(request)
        if body.get("api_key", api_key) != api_key:
            raise UsageError(f"api_key is {body['api_key']!r}, the path says {api_key!r}", fix="Leave it out.")
        account = account_from({**body, "api_key": api_key}, f"PUT {PREFIX}/accounts/{api_key}")
        return views.account_view(await self._runtime.claim_account(account))

    async def delete_account(self, request: Request) -> Response:
        """Forget an account."""
        account = await self._named_account(request.path_params["api_key"])
        await self._runtime.remove_account(account.api_key)
        return Response(status_code=204)

    async def list_applications(self, _: Request) -> Json:
        """Answer every application known."""
        return {
            "applications": [
                {**msgspec.to_builtins(each), "account": account.api_key}
                for account in await self._store.accounts()
                for each in account.applications
            ]
        }

    async def _unknown_path(self, request: Request) -> Response:
        """Answer a path under the prefix that is no route."""
        known = [PREFIX + each.path for each in ROUTES]
        near = get_close_matches(request.url.path, known, 1, 0.5)
        fix = f"Did you mean {near[0]}?" if near else f"See {PREFIX}/openapi.json."
        return _problem(404, f"nothing is at {request.url.path}", fix)

    async def _message(self, request: Request) -> Message:
        account = await self._account(request)
        uuid = request.path_params["uuid"]
        message = await self._store.message(account.api_key, uuid)
        if message is None:
            raise await self._unknown(account, f"no message {uuid!r}")
        return message

    async def _unknown(self, account: Account, what: str) -> UnknownError:
        """Return the error of something that is not there, which says so if it may have been dropped."""
        keep, dropped = self._runtime.settings.keep, await self._store.dropped(account.api_key)
        if not dropped:
            return UnknownError(f"{what} in account {account.api_key}")
        gone = "the oldest message was" if dropped == 1 else f"the {dropped} oldest messages were"
        return UnknownError(
            f"{what} in account {account.api_key}: it never was, or {gone} dropped and it with them (--keep {keep})",
            fix="Start the server with a larger --keep, or with --keep 0 to keep all.",
        )

    async def _with_timeline(self, message: Message) -> Json:
        entries = await self._store.entries_of(message.account, message.uuid)
        deliveries = await self._store.deliveries_of(message.account, message.uuid)
        return {
            "message": views.message_view(message, self._specs),
            "journal": [views.entry_view(each, self._specs) for each in entries],
            "deliveries": [views.delivery_view(each) for each in deliveries],
            "plan": [views.move_view(each, self._specs) for each in self._runtime.messages.scripts.ahead(message)],
        }

    async def _search(self, account: Account, request: Request, before: str | None = None) -> AsyncIterator[Message]:
        matcher = self._message_matcher(request)
        async for message in self._store.messages(account.api_key, matcher.known(), before=before):
            if matcher.judge(of_message(message)).fits:
                yield message

    def _message_matcher(self, request: Request) -> Matcher:
        query = request.query_params
        given = [Term(name, query[name]) for name in searched("messages") if name in query]
        matcher = self._matcher("messages", query.get("q", ""))
        try:
            check_terms(given, self._vocabulary)
            return Matcher((*matcher.conditions, *search("messages", given, self._vocabulary.aliases).conditions))
        except PatternError as error:
            raise UsageError(error.says, fix=error.fix) from None

    def _entry_filter(self, account: Account, request: Request) -> Fits:
        """Return the test an entry has to pass for the query's parameters."""
        query = request.query_params
        tests: list[Callable[[Entry], bool]] = []
        if (kind := query.get("kind")) is not None:
            tests.append(lambda entry: entry.kind == EntryKind(kind))
        if (message := query.get("message")) is not None:
            tests.append(lambda entry: entry.message == message)
        if (verdict := query.get("verdict")) is not None:
            tests.append(lambda entry: entry.exchange is not None and entry.exchange.verdict == verdict)
        if (has := query.get("has")) is not None:
            tests.append(lambda entry: entry.exchange is not None and bool(_HELD[has](entry.exchange)))
        matcher = self._matcher("entries", query.get("q", ""))

        async def fits(entry: Entry) -> bool:
            if not all(test(entry) for test in tests):
                return False
            if not matcher.conditions:
                return True
            return matcher.judge(await self._runtime.subjects.of_entry(account.api_key, entry)).fits

        return fits

    async def _filtered_deliveries(
        self, account: Account, request: Request, before: str | None
    ) -> AsyncIterator[Delivery]:
        wanted = request.query_params
        matcher = self._matcher("deliveries", wanted.get("q", ""))
        where = [(name, wanted[name]) for name in ("state", "event", "message") if name in wanted]
        async for each in self._store.deliveries(account.api_key, where, before=before):
            if (
                wanted.get("state", each.state.value) == each.state.value
                and wanted.get("event", each.event) == each.event
                and wanted.get("message", each.message) == each.message
                and (not matcher.conditions or matcher.judge(await self._runtime.subjects.of_delivery(each)).fits)
            ):
                yield each


async def _page(found: AsyncIterator[_T], limit: int, identity: Callable[[_T], str]) -> tuple[list[_T], str | None]:
    """Return the first items, up to ``limit``, and the cursor of the next page if there is one."""
    page: list[_T] = []
    async for each in found:
        if len(page) == limit:
            return page, identity(page[-1])
        page.append(each)
    return page, None


def _lost(cursor: str) -> UsageError:
    return UsageError(f"the cursor {cursor!r} leads nowhere", fix="Take `next` of the page before.")


def _known(request: Request) -> list[tuple[str, str]]:
    """Return what is known of the journal entries that a query asks for."""
    return [
        (name, request.query_params[name])
        for name in ("kind", "verdict", "has", "message")
        if name in request.query_params
    ]


def _read_move(body: dict[str, Json], runtime: Runtime) -> tuple[Status, int | None]:
    known = tuple(each.value for each in Status if each not in {Status.ACCEPTED, Status.RECEIVED})
    unknown = next((each for each in body if each not in {"status", "code", "force"}), None)
    if unknown is not None:
        raise UsageError(f"{unknown} is no member here", fix="Known: status, code, force.")
    status, code = body.get("status"), body.get("code")
    if status not in known:
        raise UsageError(f"status is {status!r}", fix=choices(status, known))
    if code is not None and (type(code) is not int or code not in runtime.specs.errors):
        wanted = code if isinstance(code, int | float) else 1300
        near_code = min(runtime.specs.errors, key=lambda each: abs(each - wanted))
        raise UsageError(f"code is {code!r}, no asynchronous error code", fix=f"The nearest is {near_code}.")
    fails = status in {Status.REJECTED, Status.UNDELIVERABLE}
    if code is not None and not fails:
        raise UsageError(f"a code does not go with {status}", fix="Codes go with rejected and undeliverable.")
    return Status(status), code


def _status_of(error: MockServerError) -> int:
    if isinstance(error, UnknownError):
        return 404
    return 409 if isinstance(error, ConflictError) else 400


_TITLES = {
    500: "Internal Error",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    503: "Service Unavailable",
}


def _problem(
    status: int, what: str, fix: str, headers: dict[str, str] | None = None, *, where: str | None = None
) -> Response:
    body: dict[str, Json] = {
        "type": "about:blank",
        "title": _TITLES[status],
        "status": status,
        "detail": what,
    }
    if where:
        body["where"] = where
    if fix:
        body["fix"] = fix
    return Response(msgspec.json.encode(body), status, headers, "application/problem+json")


def _with_all(problem: Response, error: ScenarioErrors) -> Response:
    """Return a problem that lists everything wrong with a scenario, each mistake with its place."""
    listed = [{"where": each.where, "detail": each.what, "fix": each.fix} for each in error.errors]
    body = {**msgspec.json.decode(bytes(problem.body)), "errors": listed}
    return Response(msgspec.json.encode(body), problem.status_code, None, problem.media_type)


def _json(value: Json, status: int) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
