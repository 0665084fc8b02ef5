"""How the External Accounts API writes accounts, pages and problems, and how its access tokens are hidden.

Source: domain facts, messages-v0.1 parts 1.5 and 8.
"""

import re
from typing import Final
from urllib.parse import urlencode

import msgspec

from mockserver.config import shortened
from mockserver.model import Json, Sender
from mockserver.problem import Problem, Violation

UNAUTHORISED: Final = ("Unauthorised", "Request header 'Authorization' missing / Invalid Token")
"""Title and detail of a 401."""
UNKNOWN: Final = Problem(404, "", "", reason="the account has no such external account")
"""The answer about an account that is not there: it has no body."""
SOMEBODY_ELSES: Final = Problem(
    403,
    "Wrong authentication - You are not authorised to access this resource",
    "",
    reason="the configuration gives this external account to another API key",
)
"""The answer about somebody else's account: a title and nothing more."""

_ERRORS: Final = "https://www.nexmo.com/messages/Errors"
_TOKEN: Final = re.compile(
    r"""(?P<before>token['"]?\s*[:=]\s*['"]?)(?P<secret>(?:\\.|[^'",}&\s\\])+)""", re.IGNORECASE | re.DOTALL
)
"""A member or parameter that holds a token, in JSON, in what was meant to be JSON, and in a query."""


def cannot_link(reason: str) -> Problem:
    """Return the 403 of an application that cannot be linked."""
    return Problem(403, "Forbidden", "Cannot link application", f"{_ERRORS}#Forbidden", reason=reason)


def cannot_unlink(reason: str) -> Problem:
    """Return the 403 of an account whose application the caller may not unlink."""
    return Problem(403, "Forbidden", "Cannot unlink application", f"{_ERRORS}#Forbidden", reason=reason)


def link_conflict(reason: str) -> Problem:
    """Return the 409 of an account that has its one application already."""
    return Problem(409, "Application conflict", "Unable to link application", f"{_ERRORS}#Conflict", reason=reason)


def unlink_conflict(reason: str) -> Problem:
    """Return the 409 of an application that is not the account's."""
    return Problem(409, "Application conflict", "Unable to unlink application", f"{_ERRORS}#Conflict", reason=reason)


def account_conflict(identity: str) -> Problem:
    """Return the 409 of an account that exists already; undocumented, so the words are ours."""
    detail = f"The account {identity} exists already"
    return Problem(409, "Account conflict", detail, f"{_ERRORS}#Conflict")


def invalid(violations: tuple[Violation, ...]) -> Problem:
    """Return the 400 that lists broken rules."""
    return Problem(
        400,
        "Your request parameters didn't validate.",
        f"Found errors validating {len(violations)} of your submitted parameters.",
        f"{_ERRORS}#InvalidParams",
        violations,
    )


def read_account(body: Json, channel: str) -> Sender:
    """Return the account a valid request to create one means."""
    return changed(Sender(channel, body["external_id"]), body)


def changed(sender: Sender, body: Json) -> Sender:
    """Return an account with the changes of a valid request; a member of null counts as absent."""
    changes: dict[str, Json] = {name: body[name] for name in ("name", "access_token") if body.get(name) is not None}
    applications = body.get("applications")
    if applications is not None:
        changes["application"] = applications[0] if applications else None
    return msgspec.structs.replace(sender, **changes)


def account_body(sender: Sender, api_key: str, provider: str, *, has_token: bool) -> Json:
    """Return an account. Its token stands in clear, as documented; one seeded without a token has an empty one."""
    body: dict[str, Json] = {"provider": provider, "external_id": sender.id, "api_key": api_key}
    if sender.name is not None:
        body["name"] = sender.name
    body["applications"] = [] if sender.application is None else [sender.application]
    if has_token:
        body["access_token"] = sender.access_token or ""
    return body


def page_body(accounts: list[Json], links: dict[str, str], *, number: int, size: int) -> Json:
    """Return a page of accounts: ``_embedded`` is a plain list, unlike elsewhere."""
    return {
        "page_number": number,
        "page_size": size,
        "_embedded": accounts,
        "_links": {name: {"href": href} for name, href in links.items()},
    }


def page_links(base: str, *, number: int, size: int, total: int, provider: str | None) -> dict[str, str]:
    """Return the links of a page: no ``prev`` on the first, no ``next`` on the last or beyond it."""
    last = max(1, -(-total // size))
    pages = {"self": number}
    if number < last:
        pages["next"] = number + 1
    if number > 1:
        pages["prev"] = min(number - 1, last)
    pages |= {"first": 1, "last": last}
    filtered = {} if provider is None else {"provider": provider}
    return {
        name: f"{base}?{urlencode({'page_number': page, 'page_size': size} | filtered)}" for name, page in pages.items()
    }


def problem_body(problem: Problem) -> Json | None:
    """Return an error answer, ``None`` if it has no body; what the documented one lacks is left out."""
    if not problem.title:
        return None
    body: dict[str, Json] = {} if problem.type is None else {"type": problem.type}
    body["title"] = problem.title
    if problem.detail:
        body |= {"detail": problem.detail, "instance": None}
    if problem.violations:
        body["invalid_params"] = [{"name": each.name, "reason": _reason(each)} for each in problem.violations]
    return body


def _reason(violation: Violation) -> str:
    """Return the reason as this API words it; that of a missing member is known to the letter."""
    return f"Missing `{violation.name}` field" if violation.rule == "required" else violation.reason


def masked(value: Json) -> Json:
    """Return a JSON value with every member that holds a token shortened."""
    if isinstance(value, list):
        return [masked(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _shortened(each) if _is_secret(name) else masked(each) for name, each in value.items()}


def masked_text(text: str) -> str:
    """Return text that was meant to be JSON, or a path with its query, with every token shortened."""
    return _TOKEN.sub(lambda match: match["before"] + shortened(match["secret"]), text)


def _is_secret(name: str) -> bool:
    """A misspelt member still holds a token."""
    return "token" in name.lower()


def _shortened(value: Json) -> Json:
    if isinstance(value, str):
        return shortened(value)
    return value if value is None else "..."
