"""What the command lines of benchmarks have in common."""

from __future__ import annotations

import argparse
import time
from collections.abc import Collection

from benchmarks.errors import BenchmarkError


def rounds_parser(
    module: str, description: str | None, *, packages: str, seed: str, names: Collection[str]
) -> argparse.ArgumentParser:
    """The options of a benchmark that plays rounds and counts violations.

    `packages` and `seed` say what these are here, `names` are what `--only` chooses from.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("--rounds", type=int, default=200, metavar="N", help="kills (default 200)")
    parser.add_argument("--packages", type=int, default=2000, metavar="N", help=f"{packages} (default 2000)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help=seed)
    parser.add_argument("--only", default=",".join(names), metavar="NAMES", help="default: %(default)s")
    parser.add_argument("--folder", metavar="DIR", help="work in this new folder and keep it")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    return parser


def named(words: str, known: Collection[str], *, what: str) -> list[str]:
    """The names in a comma-separated list, in the order they are known.

    Raises `BenchmarkError` for an unknown one, and for none at all.
    """
    wanted = [name for name in words.split(",") if name] or [words]
    for name in wanted:
        if name not in known:
            raise BenchmarkError(f"There is no {what} {name!r}", hint=f"one of {', '.join(known)}")
    return [name for name in known if name in wanted]


def played(options: argparse.Namespace, *, since: float) -> dict[str, object]:
    """What was played and how long it took, for the head of the table; `since` is of the monotonic clock."""
    return {
        "packages": options.packages,
        "rounds": options.rounds,
        "seed": options.seed,
        "minutes": round((time.monotonic() - since) / 60, 1),
    }
