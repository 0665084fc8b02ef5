"""Validators of parts of a document are made once, and by which part it is rather than by what it says."""

from mockserver.contract.compiled import compiled


def test_a_part_is_compiled_once() -> None:
    part = {"type": "string"}

    assert compiled(part) is compiled(part)


def test_parts_that_say_the_same_are_apart() -> None:
    assert compiled({"type": "string"}) is not compiled({"type": "string"})
