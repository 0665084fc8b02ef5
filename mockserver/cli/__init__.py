"""The command line: parses arguments, calls a door, prints; each command has a module of its own."""

from mockserver.cli.program import main

__all__ = ["main"]
