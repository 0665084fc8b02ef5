"""Judges a body that is not sent: by which version, what it would be answered, what would be right; knows no HTTP."""

from dataclasses import dataclass, replace
from typing import Final, Protocol

from msgspec import structs

from mockserver.contract.dispatch import DispatchContract, is_workflow
from mockserver.contract.failover import FailoverContract
from mockserver.contract.specs import DISPATCH
from mockserver.core.forms import FORMS, V0_1, V1, said_version
from mockserver.model import Json
from mockserver.problem import Problem, Verdict, Violation
from mockserver.service.versions import Versions
from mockserver.web.operation import paths_of

_DISPATCH_TITLE: Final = "Dispatch v0.1"


class Judge(Protocol):
    """What can be asked of the rules of one kind of body."""

    def check(self, body: Json) -> Verdict:
        """Return the verdict on a body."""
        ...

    def nearest(self, body: Json) -> Json | None:
        """Return the closest body that would be accepted, ``None`` if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Explanation:
    """What there is to say of a body. ``judged_as`` says in words what it was held against, and why."""

    version: str
    judged_as: str
    verdict: Verdict
    nearest: Json
    problem: Problem | None


class Explainer:
    """Explains bodies of all versions."""

    def __init__(self, versions: Versions, dispatch: DispatchContract) -> None:
        self._versions = versions
        self._dispatch = dispatch
        self._updates = Updates(versions.v1_contract)

    def explain(self, body: Json, version: str | None = None) -> Explanation:
        """Explain a body by a version; without one, by that which its own members tell, v0.1 if they tell none."""
        looks = said_version(body)
        if is_workflow(body) and version != V1:
            return self._explained(self._dispatch, body, V0_1, _article(_DISPATCH_TITLE))
        chosen = version or looks or V0_1
        article = _article(FORMS[chosen].title)
        untold = f"{article}, though no member of it tells a version" if version is None and looks is None else article
        return self._explained(self._versions.contracts[chosen], body, chosen, untold)

    def explain_update(self, body: Json) -> Explanation:
        """Explain the body of a PATCH, which v1 alone has."""
        return self._explained(self._updates, body, V1, f"{_article(FORMS[V1].title)} of a PATCH")

    def unreadable(self, violation: Violation, version: str | None = None) -> Explanation:
        """Explain a body that is no JSON; the error is that of the version asked for, v0.1 if none is."""
        chosen = version or V0_1
        problem = self._versions.dialects[chosen].unreadable(violation)
        verdict = Verdict(None, None, None, (violation,))
        return Explanation(chosen, _article(FORMS[chosen].title), verdict, None, problem)

    def with_refused(self, explanation: Explanation, violations: tuple[Violation, ...]) -> Explanation:
        """Return an explanation in which further rules are broken, such as findings that are refused."""
        verdict = explanation.verdict
        broken = verdict.violations + violations
        problem = self._problem(explanation.version, broken)
        return replace(explanation, verdict=structs.replace(verdict, violations=broken), problem=problem)

    def judge_at(self, method: str, target: str) -> Judge | None:
        """Return the rules that a request was held against, by its method and path; ``None`` if by none of these."""
        path = target.partition("?")[0].rstrip("/")
        documents = self._versions.specs.documents
        judges: dict[str, Judge] = {f"messages-{each}": judge for each, judge in self._versions.contracts.items()}
        judges[DISPATCH] = self._dispatch
        for name, judge in judges.items():
            if method == "POST" and path in paths_of(documents[name], "post"):
                return judge
        is_update = (method, path.rpartition("/")[0]) == ("PATCH", FORMS[V1].path)
        return self._updates if is_update else None

    def _explained(self, judge: Judge, body: Json, version: str, judged_as: str) -> Explanation:
        verdict = judge.check(body)
        nearest = None if verdict.is_valid else judge.nearest(body)
        return Explanation(version, judged_as, verdict, nearest, self._problem(version, verdict.violations))

    def _problem(self, version: str, violations: tuple[Violation, ...]) -> Problem | None:
        return self._versions.dialects[version].refusal(violations) if violations else None


class Updates:
    """The rules for the body of a PATCH; see ``Judge``."""

    def __init__(self, contract: FailoverContract) -> None:
        self.check = contract.check_update
        self.nearest = contract.nearest_update


def _article(title: str) -> str:
    return f"a {title} body"
