from dream.lullaby import lullaby


def test_every_bar_is_slower_than_the_one_before() -> None:
    beats = [seconds for _, seconds in lullaby(3)]
    assert len(beats) == 21
    assert beats == sorted(beats)
    assert beats[0] < beats[7] < beats[14]
