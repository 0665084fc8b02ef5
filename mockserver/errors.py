"""The mistakes of a tester: each says what is wrong, where, and how to mend it."""


class PostError(Exception):
    """A request of ours got no answer; the text says why."""


class MockServerError(Exception):
    """A mistake the person running the server can mend.

    ``where`` is a place a person can go to (``mockserver.toml:12``, ``specs/errors.yaml: errors[3].code``);
    ``fix`` is one sentence that says what to write instead. ``exit_code`` is the command line's.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str | None = None, fix: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what.rstrip('.')}. {self.fix}" if self.fix else f"{place}{self.what}"


class SpecError(MockServerError):
    """A document in ``specs/`` is broken."""


class ConfigError(MockServerError):
    """A setting, a flag or a configuration file is wrong."""


class ScenarioError(MockServerError):
    """A scenario file is wrong."""


class UsageError(MockServerError):
    """A control call or a command asks for something that cannot be."""


class UnknownError(UsageError):
    """Something is asked for by a name that nothing has."""


class ConflictError(UsageError):
    """Something cannot be done as things stand now."""


class UnreachableError(MockServerError):
    """The server cannot be reached, or cannot listen where it was told to."""

    exit_code = 3
