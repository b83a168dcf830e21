"""The policy and wiring of a generated workspace, copied from this repository: each has one source."""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from collections.abc import Mapping
from typing import Any

from benchmarks.errors import BenchmarkError

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RULES = "rules/star_rules.json"
EXCEPTIONS = "rules/star_rules_exceptions.json"
CANON = "rules/star_canon.json"
SCHEMA = "schemas/module_manifest.schema.json"
POLICY_FILES = (RULES, EXCEPTIONS, CANON, SCHEMA)
"""The four files that every manifest depends on, relative to the workspace."""

_CEILINGS = ("max_promotions_run", "max_promotions_per_star")


def write_policy(folder: str, *, repository: str, packages: int) -> None:
    """Copy rules, canon, exceptions and schemas of `repository` into the workspace `folder`.

    Two things differ from the originals: the promotion ceilings are raised to the number of packages, because
    a first build promotes everything at once, and the exceptions name no module, because the modules are
    others. Raises `BenchmarkError` when the repository lacks one of the four files.
    """
    for path in POLICY_FILES:
        if not os.path.isfile(os.path.join(repository, path)):
            raise BenchmarkError(
                "The repository to copy the policy from is incomplete",
                fields=(("missing", path), ("repository", repository)),
                hint="run from a complete checkout, or name one with --repository",
            )
    os.makedirs(os.path.join(folder, "rules"), exist_ok=True)
    shutil.copytree(os.path.join(repository, "schemas"), os.path.join(folder, "schemas"))
    shutil.copyfile(os.path.join(repository, CANON), os.path.join(folder, CANON))

    rules = read_json(os.path.join(repository, RULES))
    for ceiling in _CEILINGS:
        rules["limits"][ceiling] = max(packages, rules["limits"][ceiling])
    write_json(os.path.join(folder, RULES), rules)

    exceptions = read_json(os.path.join(repository, EXCEPTIONS))
    write_json(os.path.join(folder, EXCEPTIONS), {**exceptions, "do_not_promote": [], "force_promote": {}})


def write_wiring(folder: str, *, repository: str) -> None:
    """Write `pyproject.toml`: our `[tool.astrograph]`, and every `[tool.doit]` table of `repository`.

    The repository's `dodo.py` is copied too, as it is part of how `doit` finds its way.
    """
    with open(os.path.join(repository, "pyproject.toml"), "rb") as file:
        wiring = tomllib.load(file).get("tool", {}).get("doit")
    if not wiring:
        raise BenchmarkError(
            "The repository has no [tool.doit] to copy",
            fields=(("repository", repository),),
            hint="run from a complete checkout, or name one with --repository",
        )
    text = '[tool.astrograph]\nsource_roots = ["src"]\n' + "".join(_tables(wiring, name="tool.doit"))
    with open(os.path.join(folder, "pyproject.toml"), "w", encoding="utf-8") as file:
        file.write(text)
    dodo = os.path.join(repository, "dodo.py")
    if os.path.isfile(dodo):
        shutil.copyfile(dodo, os.path.join(folder, "dodo.py"))


def read_json(path: str) -> dict[str, Any]:
    """Read the JSON object in a file."""
    with open(path, encoding="utf-8") as file:
        value = json.load(file)
    if not isinstance(value, dict):
        raise BenchmarkError("A policy file is not a JSON object", fields=(("path", path),))
    return value


def write_json(path: str, value: Mapping[str, Any]) -> None:
    """Write a JSON object, indented, with a final newline."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _tables(table: Mapping[str, Any], *, name: str) -> list[str]:
    """Write a TOML table and its sub-tables; JSON strings, numbers and lists are TOML as they are."""
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    nested = {key: value for key, value in table.items() if isinstance(value, dict)}
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in plain.items())
    texts = [f"\n[{name}]\n{lines}"] if plain else []
    for key, value in nested.items():
        texts += _tables(value, name=f"{name}.{key}")
    return texts
