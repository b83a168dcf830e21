"""Old trees of manifests: any number of documents in four shapes, with every scar such trees have.

The same numbers give the same bytes everywhere. `benchmarks/adoption.py` uses them too.
"""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAME = "module.manifest.json"
LEGACY = "oldcorp"

STRATA = ("core", "memory", "mind", "vision", "guardian", "labs", "api", "tools")
STARS = {"core": "Anchor", "memory": "Trail", "mind": "Flow", "vision": "Horizon", "guardian": "Watch"}
LABELS = {
    "Anchor": "⚓ Anchor (Core Infrastructure)",
    "Trail": "✦ Trail (Memory)",
    "Flow": "🌊 Flow (Consciousness)",
    "Horizon": "🔭 Horizon (Vision/Perception)",
    "Watch": "🛡️ Watch (Guardian/Governance)",
    "Supporting": "🔧 Supporting (Infrastructure/Utilities)",
}
TIERS = ("T1_critical", "T2_important", "T3_standard", "T4_experimental")
WORDS = ("fold", "index", "bridge", "relay", "größe", "記憶", "no", "2024-01-01", "1e3", "0x1f", "null", "~", "- x: y")

TEAM_SHAPE = """
[[tool.astrograph.adopt]]
name = "team"
match = { "/info/team" = { type = "string" }, "/kind" = { equals = "service" } }

[tool.astrograph.adopt.fields]
owner = "/info/team"
tier = { pointer = "/info/criticality", values = { high = "T1_critical", low = "T3_standard" } }
description = "/info/text"
tags = ["/info/labels", "/kind"]
contracts = "/promises/*/id"
"""
"""The fourth shape, which only configuration knows."""


@dataclass
class OldTree:
    """What was written: which folders hold what, and how many documents there are."""

    documents: int = 0
    by_shape: dict[str, int] = field(default_factory=dict)
    scars: dict[str, list[str]] = field(default_factory=dict)

    def scar(self, kind: str, path: str) -> None:
        """Remember one scar."""
        self.scars.setdefault(kind, []).append(path)


def module_names(packages: int) -> list[str]:
    """Ids two and three levels deep."""
    names = []
    for index in range(packages):
        stratum = STRATA[index % len(STRATA)]
        names.append(f"{stratum}/part{index // 40}/item{index}" if index % 3 else f"{stratum}/item{index}")
    return names


def write_packages(root: Path, modules: list[str]) -> None:
    """One small package a module, below `root`."""
    for index, module in enumerate(modules):
        folder = root / module
        folder.mkdir(parents=True, exist_ok=True)
        body = f'def work_{index}(value):\n    """Do it."""\n    return json.dumps(value)\n'
        text = f'"""Item {index}."""\n\nimport json\n\n\n{body}'
        (folder / "__init__.py").write_text(text)


def write_old_tree(root: Path, modules: list[str], *, seed: int = 1, scars: bool = True) -> OldTree:
    """Write a document for each module below `root`, and what has gone wrong over the years."""
    dice = random.Random(seed)
    tree = OldTree()
    writers = {"own": _own, "nested": _nested, "flat": _flat, "team": _team}
    for index, module in enumerate(modules):
        shape = list(writers)[index % 4]
        document = writers[shape](module, index, dice)
        if scars:
            document = _scarred(tree, module, document, shape, index)
        tree.by_shape[shape] = tree.by_shape.get(shape, 0) + 1
        _put(tree, root / module / NAME, _bytes(document, index if scars else 0))
    if scars:
        _scars_around(tree, root, modules, dice)
    return tree


def _put(tree: OldTree, path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    tree.documents += 1


def _bytes(document: Any, index: int) -> bytes:
    ascii_only = index % 2 == 0 or "surrogate" in document
    text = json.dumps(document, ensure_ascii=ascii_only, indent=index % 3 or None)
    if index % 97 == 1:
        text = text.replace("\n", "\r\n")
    data = text.encode()
    return b"\xef\xbb\xbf" + data if index % 101 == 1 else data


def _star(module: str) -> str:
    return STARS.get(module.partition("/")[0], "Supporting")


def _own(module: str, index: int, dice: random.Random) -> dict[str, Any]:
    star = _star(module)
    return {
        "schema_version": "1.0.0",
        "module": {
            "name": module.replace("/", "."),
            "path": module,
            "owner": f"@team-{index % 7}",
            "tier": TIERS[index % 4],
            "lane": "production",
            "description": f"{dice.choice(WORDS)}: does {index} things",
        },
        "constellation": {"stars": [star], "confidence": 0.9, "origin": "inferred" if index % 8 else "authored"},
        "contracts": [f"{module.replace('/', '.')}@v1"] if index % 4 == 0 else [],
        "capabilities": [{"name": "store", "type": "service"}, {"name": "read", "interfaces": ["a", "b"]}],
        "node": module.partition("/")[0],
        "dependencies": {"internal": [], "external": ["numpy"]},
        "exports": {"classes": ["Old"], "functions": [], "constants": []},
        "documentation": {"docstring": None, "exports_documented": 0, "exports_total": 1},
        "testing": {"has_tests": False, "test_paths": []},
        "tags": ["adopted", dice.choice(WORDS)],
        "annotations": {"jira": f"OPS-{index}", "cost": round(dice.random(), 3)},
    }


def _nested(module: str, index: int, dice: random.Random) -> dict[str, Any]:
    return {
        "schema_version": "0.9",
        "metadata": {
            "owner": f"team-{index % 5}@example.org",
            "created": "2021-03-04",
            "last_updated": "2024-11-05T06:07:08Z",
            "ticket": None,
            "notes": "",
            "budget": {"2024": 1.25, "2025": 10 * index, "shares": [0.1, 0.25, 1, True, None, "1.0"]},
        },
        "testing": {"quality_tier": TIERS[(index + 1) % 4], "coverage": dice.randint(0, 100)},
        "constellation_alignment": {"primary_star": LABELS[_star(module)], "confidence": 0.75},
        "matriz_integration": {"pipeline_nodes": [module.partition("/")[0]], "stage": 2},
        "capabilities": [{"name": f"cap_{index}", "type": "api", "cost": 3}, {"name": "second"}],
        "contracts": ["shared@v1", {"id": "odd"}] if index % 5 == 0 else ["shared@v1"],
    }


def _flat(module: str, index: int, dice: random.Random) -> dict[str, Any]:
    return {
        "owner": "" if index % 50 == 2 else f"flat-{index % 3}",
        "tier": TIERS[(index + 2) % 4],
        "lane": dice.choice(["labs", "production"]),
        "constellation_stars": [_star(module), "Memory" if index % 6 == 2 else "Supporting"],
        "capabilities": ["plain", f"text {index}"],
        "description": f"Zeile\nzwei – {dice.choice(WORDS)} \u00a0\ttab",
        "updated_at": "2023-12-31",
        "weights": {"a/b": 0.5, "c~d": [1, 2, [3, {"deep": {"er": []}}]], "": "empty key"},
        "module": module.replace("/", "."),
    }


def _team(module: str, index: int, dice: random.Random) -> dict[str, Any]:
    return {
        "kind": "service",
        "info": {
            "team": f"@squad-{index % 9}",
            "criticality": "high" if index % 16 == 3 else "low",
            "text": f"Team file of {module}, {dice.choice(WORDS)}.",
            "labels": ["x", dice.choice(WORDS)],
            "contact": {"chat": "#help", "since": "2020-02-30"},
        },
        "promises": [{"id": f"promise-{index % 3}@v2", "sla": "99.90"}],
    }


def _scarred(tree: OldTree, module: str, document: dict[str, Any], shape: str, index: int) -> dict[str, Any]:
    """Some documents have something odd in them."""
    kind = index % 40
    if kind == 5:
        document["tier" if shape != "flat" else "quality"] = "T9_unheard_of"
        if shape == "flat":
            document["tier"] = "gold"
        tree.scar("odd tier", module)
    elif kind == 10 and shape == "flat":
        document["constellation_stars"] = ["Nova", _star(module)]
        tree.scar("unknown star", module)
    elif kind == 13 and shape == "nested":
        document["matriz_integration"]["pipeline_nodes"] = ["one", "two", "three"]
        tree.scar("several nodes", module)
    elif kind == 17 and shape == "nested":
        document["description"] = "outside"
        document["metadata"]["description"] = "inside"
        tree.scar("two descriptions", module)
    elif kind == 22 and shape == "flat":
        document["numbers"] = [1e300, 2**70, 0.123456789, -0.0, 1e-7, 100000.5, 12345678901234567]
        tree.scar("huge numbers", module)
    elif kind == 28 and shape == "own":
        document["module"]["owner"] = {"name": "x"}
        tree.scar("owner is an object", module)
    elif kind == 31 and shape == "team":
        document["surrogate"] = "\ud800"
        tree.scar("lone surrogate", module)
    return document


def _scars_around(tree: OldTree, root: Path, modules: list[str], dice: random.Random) -> None:
    """Documents that belong to no module, twins, and documents that cannot be read."""
    some = max(2, len(modules) // 200)
    for index in range(some):
        module = modules[dice.randrange(len(modules))]
        body = json.dumps(_flat(module, index, dice)).encode()
        for kind, folder in (
            ("missing package", f"gone/away{index}"),
            ("archived copy", f"archive/2021/{module}"),
            ("excluded copy", f"quarantine/{module}"),
            ("legacy prefix", f"{LEGACY}/{module}"),
            ("twin", f"src/{module}"),
            ("upper-case folder", module.upper()),
        ):
            path = root / folder / NAME
            if not path.exists():
                _put(tree, path, body)
                tree.scar(kind, f"{folder}/{NAME}")
    for index, data in enumerate(BROKEN):
        module = modules[-1 - index]
        (root / module / NAME).write_bytes(data)
        tree.scar("unreadable", module)
    repeated = modules[len(BROKEN)]
    text = json.dumps(_flat(repeated, 2, dice))
    text = text[:-1] + ', "tier": "T1_critical", "weights": {"w": 1.10, "w": NaN}}'
    (root / repeated / NAME).write_text(text)
    tree.scar("repeated keys", repeated)


BROKEN = (b"", b"{", b"[1, 2]", b'{"tier": "T1_critical",}', b'\xff\xfe{"tier": 1}', b'{"a":' * 300 + b"1" + b"}" * 300)
"""Documents that cannot be read, or are no objects."""
