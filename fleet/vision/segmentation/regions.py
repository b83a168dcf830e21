"""Connected regions of equal value on a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Region:
    """Cells that touch along an edge and share one value."""

    value: int
    cells: frozenset[Cell]


def label_regions(grid: Sequence[Sequence[int]]) -> list[Region]:
    """All regions of a grid, in the order of their first cell, row by row."""
    todo = {(row, column) for row, line in enumerate(grid) for column in range(len(line))}
    regions = []
    for cell in sorted(todo):
        if cell in todo:
            regions.append(_grow(grid, cell, todo))
    return regions


def _grow(grid: Sequence[Sequence[int]], start: Cell, todo: set[Cell]) -> Region:
    value = grid[start[0]][start[1]]
    cells, frontier = set(), [start]
    while frontier:
        row, column = cell = frontier.pop()
        if cell not in todo or grid[row][column] != value:
            continue
        todo.remove(cell)
        cells.add(cell)
        frontier += [(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)]
    return Region(value, frozenset(cells))
