"""What is remembered of texts, and that none of them is."""

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
