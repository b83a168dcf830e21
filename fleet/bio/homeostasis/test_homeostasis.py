from bio.homeostasis import Homeostat


def test_a_disturbed_quantity_returns_to_its_set_point() -> None:
    homeostat, level = Homeostat(set_point=37.0), 41.0
    for _ in range(80):
        level += homeostat.correct(level)
    assert abs(level - 37.0) < 0.01
