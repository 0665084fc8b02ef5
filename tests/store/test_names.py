"""Names lead to their numbers, and no longer once they are removed."""

from mockserver.store.names import Names


def test_a_name_leads_to_all_its_numbers_until_they_are_removed() -> None:
    names = Names()
    for number in range(2000):
        names.add(f"name {number % 1000}", number)

    assert all(set(names.find(f"name {number}")) == {number, number + 1000} for number in range(1000))

    for number in range(0, 2000, 2):
        names.remove(f"name {number % 1000}", number)

    assert [list(names.find(f"name {number}")) for number in range(2)] == [[], [1, 1001]]


def test_removing_what_is_not_there_changes_nothing() -> None:
    names = Names()
    names.add("one", 1)

    names.remove("one", 2)
    names.remove("two", 1)

    assert list(names.find("one")) == [1]
