"""Order steps by the data they need."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

__all__ = ["run_order"]


def run_order(needs: Mapping[str, set[str]]) -> list[list[str]]:
    """Batches of steps; each batch needs only what earlier ones made. Raises ValueError for a cycle."""
    sorter = TopologicalSorter(needs)
    try:
        sorter.prepare()
    except CycleError as error:
        raise ValueError(" -> ".join(error.args[1])) from error
    batches = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        batches.append(ready)
        sorter.done(*ready)
    return batches
