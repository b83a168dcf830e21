from vision.segmentation import Region, label_regions


def test_diagonal_cells_do_not_touch() -> None:
    assert label_regions([[1, 0], [0, 1]]) == [
        Region(1, frozenset({(0, 0)})),
        Region(0, frozenset({(0, 1)})),
        Region(0, frozenset({(1, 0)})),
        Region(1, frozenset({(1, 1)})),
    ]


def test_an_empty_grid_has_no_regions() -> None:
    assert label_regions([]) == []
