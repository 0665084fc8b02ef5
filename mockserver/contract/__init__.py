"""The contract: the documents in ``specs/``, and what they say of a body."""
