"""How doit finds us: the tables of `[tool.doit]`, per project, so that no other doit project is affected."""

from __future__ import annotations

_HERE = "astrograph.doit_plugin"

SETTINGS: dict[str, object] = {"loader": "astrograph", "backend": "astrograph", "reporter": "astrograph"}
"""`[tool.doit]`."""

PLUGINS: dict[str, dict[str, str]] = {
    "loader": {"astrograph": f"{_HERE}.loader:GraphLoader"},
    "backend": {"astrograph": f"{_HERE}.backend:TraceBackend"},
    "reporter": {"astrograph": f"{_HERE}.reporter:ProgressReporter"},
    "command": {
        "run": f"{_HERE}.commands.run:Run",
        "validate": f"{_HERE}.commands.validate:Validate",
        "info": f"{_HERE}.commands.info:Info",
        "explain": f"{_HERE}.commands.explain:Explain",
        "report": f"{_HERE}.commands.report:Report",
        "pin": f"{_HERE}.commands.pin:Pin",
        "adopt": f"{_HERE}.commands.adopt:Adopt",
        "plan": f"{_HERE}.commands.plan:Plan",
        "canary": f"{_HERE}.commands.canary:Canary",
        "approve": f"{_HERE}.commands.approve:Approve",
        "publish": f"{_HERE}.commands.publish:Publish",
        "rollback": f"{_HERE}.commands.rollback:Rollback",
        "generations": f"{_HERE}.commands.generations:GenerationList",
        "snapshot": f"{_HERE}.commands.snapshot:Snapshot",
        "contracts": f"{_HERE}.commands.contracts:Contracts",
        "site": f"{_HERE}.commands.site:Site",
        "facts": f"{_HERE}.commands.facts:Facts",
        "codeowners": f"{_HERE}.commands.codeowners:Codeowners",
        "help": f"{_HERE}.commands.help:Help",
        "list": f"{_HERE}.commands.stock:List",
        "clean": f"{_HERE}.commands.stock:Clean",
        "forget": f"{_HERE}.commands.stock:Forget",
    },
}
"""`[tool.doit.plugins.*]`."""


TAKES_VARIABLES = frozenset({"run", "list", "clean", "forget", "help", "info", "facts"})
"""Commands whose words may hold `=`: doit's variables for tasks of `dodo.py`, and values of facts."""


def as_toml() -> str:
    """The tables as they stand in a `pyproject.toml`."""
    blocks = [_table("tool.doit", SETTINGS)]
    blocks += [_table(f"tool.doit.plugins.{family}", dict(entries)) for family, entries in PLUGINS.items()]
    return "\n".join(blocks)


def as_config() -> dict[str, dict[str, object]]:
    """The same for doit's `extra_config`, where a workspace has not wired itself."""
    config: dict[str, dict[str, object]] = {"GLOBAL": dict(SETTINGS)}
    config.update({family.upper(): dict(entries) for family, entries in PLUGINS.items()})
    return config


def _table(name: str, entries: dict[str, object]) -> str:
    return "\n".join([f"[{name}]", *(f'{key} = "{value}"' for key, value in entries.items()), ""])
