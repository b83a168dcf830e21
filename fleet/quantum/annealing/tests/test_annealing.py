from random import Random

from quantum.annealing import anneal


def _step(state: int, random: Random) -> int:
    return state + random.choice((-1, 1))


def test_annealing_walks_downhill_and_is_repeatable() -> None:
    found = [anneal(12, energy=abs, neighbour=_step, steps=400, seed=7) for _ in range(2)]
    assert found == [0, 0]
