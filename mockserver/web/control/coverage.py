"""The control call that tells which part of the contract was exercised."""

from starlette.requests import Request

from mockserver.core.coverage import EVERY_ACCOUNT, report_view
from mockserver.model import Json
from mockserver.web.control.calls import Calls


class CoverageCalls(Calls):
    """Answers with reports that ``mockserver coverage --merge`` reads as well."""

    async def coverage(self, request: Request) -> Json:
        """Answer what one account exercised, or all of them together, and what came of the goals of the settings."""
        coverage = self._runtime.coverage
        if request.query_params.get("account") == EVERY_ACCOUNT:
            return {"account": EVERY_ACCOUNT, **report_view(coverage.whole(), coverage.goals), "elsewhere": []}
        account = await self._account(request)
        report = report_view(coverage.of(account.api_key), coverage.goals)
        return {"account": account.api_key, **report, "elsewhere": await self._elsewhere(account)}
