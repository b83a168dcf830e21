from labs.mycelium import reinforce


def test_used_paths_grow_and_others_wither() -> None:
    widths = reinforce({("a", "b"): 0.5, ("b", "c"): 0.5}, used=[("a", "b")])
    assert widths == {("a", "b"): 0.625, ("b", "c"): 0.45}
