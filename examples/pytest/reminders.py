"""A small library over the official client: it sends reminders by SMS, and says in one word why one was not sent."""

from vonage import Vonage
from vonage_http_client import HttpRequestError, RateLimitedError
from vonage_messages.models import Sms

PARTS = 918  # six parts of an SMS: longer texts are a mistake of the caller


class NotSentError(Exception):
    """The reminder was not sent; it may be sent again later if ``is_worth_a_retry``."""

    def __init__(self, why: str, *, is_worth_a_retry: bool = False) -> None:
        super().__init__(why)
        self.is_worth_a_retry = is_worth_a_retry


class Reminders:
    """Sends reminders as one sender."""

    def __init__(self, client: Vonage, sender: str) -> None:
        self._client = client
        self._sender = sender

    def remind(self, to: str, text: str, appointment: str) -> str:
        """Send a reminder of an appointment; return the message's uuid, which its statuses will name."""
        if len(text) > PARTS:
            raise ValueError(f"the text has {len(text)} characters; {PARTS} fit")
        message = Sms(to=to.lstrip("+"), from_=self._sender, text=text, client_ref=appointment)
        try:
            answer = self._client.messages.send(message)
        except RateLimitedError as error:
            raise NotSentError("too many at once", is_worth_a_retry=True) from error
        except HttpRequestError as error:
            raise NotSentError(error.response.json()["title"]) from error
        return str(answer.message_uuid)
