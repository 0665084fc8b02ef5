"""The words of choices, where strategies look for them; see ``core/words``."""

from mockserver.core.words import choices

__all__ = ["choices"]
