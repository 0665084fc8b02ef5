"""A message as tests hold it in hand."""

from mockserver.model import Json


class Message(dict[str, Json]):
    """A message as the control API shows it: ``message["text"]``, ``message["content"]``; common members by name."""

    @property
    def uuid(self) -> str:
        """Its message_uuid."""
        return str(self["message_uuid"])

    @property
    def channel(self) -> str:
        """Its channel, such as ``sms``."""
        return str(self["channel"])

    @property
    def kind(self) -> str:
        """Its kind of content, such as ``text``."""
        return str(self["kind"])

    @property
    def from_(self) -> str:
        """Who sent it."""
        return str(self["from"])

    @property
    def to(self) -> str:
        """Whom it was sent to."""
        return str(self["to"])

    @property
    def text(self) -> str | None:
        """Its text or caption, if it has one."""
        found: str | None = self["text"]
        return found

    @property
    def status(self) -> str:
        """The status it had when it was looked at."""
        return str(self["status"])

    @property
    def client_ref(self) -> str | None:
        """The reference its sender gave it."""
        found: str | None = self["client_ref"]
        return found

    @property
    def statuses(self) -> list[str]:
        """Every status it took, in order."""
        return [each["status"] for each in self["statuses"]]
