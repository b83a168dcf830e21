from tools.capacity_plan import days_until_full


def test_a_steady_growth_reaches_the_capacity() -> None:
    assert days_until_full([10.0, 20.0, 30.0], capacity=50.0) == 2.0


def test_usage_that_does_not_grow_never_does() -> None:
    assert days_until_full([30.0, 20.0], capacity=50.0) is None
