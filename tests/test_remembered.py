"""What is remembered of texts, and that none of them is."""

from collections.abc import Sequence

from coach.remembered import Remembered


def test_the_finding_that_was_longest_unused_goes_first() -> None:
    remembered: Remembered[int] = Remembered(2)
    remembered.put({"one": 1, "two": 2})
    assert remembered.get("one") == 1
    remembered.put({"three": 3})
    assert [remembered.get(text) for text in ("one", "two", "three")] == [1, None, 3]
    assert len(remembered) == 2


def test_no_text_is_kept_and_no_other_process_can_tell_its_hash() -> None:
    first: Remembered[int] = Remembered(9)
    second: Remembered[int] = Remembered(9)
    first.put({"zebrawoman": 1})
    assert "zebrawoman" not in repr(first)
    assert first.digest("zebrawoman") in set(first)
    assert first.digest("zebrawoman") != second.digest("zebrawoman")
    first.put({"\ud800": 2})
    assert first.get("\ud800") == 2


def test_only_what_is_not_remembered_is_asked_for_and_each_text_once() -> None:
    asked: list[list[str]] = []

    def lengths(texts: Sequence[str]) -> list[int]:
        asked.append(list(texts))
        return [len(text) for text in texts]

    remembered: Remembered[int] = Remembered(8)
    assert remembered.of_each(["a", "bb", "a"], lengths) == [1, 2, 1]
    assert remembered.of_each(["bb", "ccc"], lengths) == [2, 3]
    assert remembered.of_each(["a"], lengths) == [1]
    assert asked == [["a", "bb"], ["ccc"]]
