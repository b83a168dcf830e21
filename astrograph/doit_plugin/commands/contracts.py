"""`doit contracts`: what is promised, who relies on it, what is missing; `doit contracts new` writes a first one."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from doit.cmd_base import Command

from astrograph.doit_plugin.commands.validate import OPT_JSON
from astrograph.doit_plugin.console import OwnWords, guarded, json_wanted, opened, started_in, wants_colour

if TYPE_CHECKING:
    from astrograph.engine.contracts.of_module import Scaffolded

_NEW = "new"


class Contracts(OwnWords, Command):  # type: ignore[misc]
    """Shows the registry, or adds to it. Loads no tasks and builds nothing."""

    name = "contracts"
    doc_purpose = "show the contracts, who refers to them, and what is missing"
    doc_usage = "[new MODULE [--id NAME@vN]]"
    doc_description = (
        "Without words: every contract with its kind and users, coverage per tier, and what is unused, broken or "
        "missing. `new MODULE` writes a contract that promises what the module exports now; a file that is there is "
        "never written over. Exit codes: 0 nothing is wrong, 1 findings, 3 usage or configuration."
    )
    cmd_options = (
        {"name": "id", "long": "id", "type": str, "default": "", "help": "id of the new contract [default: NAME@v1]"},
        OPT_JSON,
    )

    def execute(self, opt_values: Any, pos_args: list[str]) -> int:
        """Show or write; exit 1 when an error was found."""
        words, as_json = json_wanted(pos_args, given=opt_values["json"])
        return guarded(lambda: _contracts(words, contract_id=opt_values["id"], as_json=as_json), as_json=as_json)


def _contracts(words: list[str], *, contract_id: str, as_json: bool) -> int:
    from astrograph.errors import UsageError

    words, later = _id_among(words)
    contract_id = later or contract_id
    usage = "doit contracts, or doit contracts new MODULE [--id NAME@vN]"
    if words and words[0] == _NEW:
        if len(words) != 2:  # noqa: PLR2004 - the word and its module
            raise UsageError("contracts new takes one module", hint=usage)
        return _new(words[1], contract_id=contract_id, as_json=as_json)
    if words:
        raise UsageError(f"contracts knows no {words[0]!r}", hint=usage)
    if contract_id:
        raise UsageError("--id goes with new", hint=usage)
    return _show(as_json=as_json)


def _id_among(words: list[str]) -> tuple[list[str], str]:
    """The words without an `--id NAME@vN` among them, and what it says: doit reads options before words only."""
    from astrograph.errors import UsageError

    others: list[str] = []
    found = ""
    waiting = iter(words)
    for word in waiting:
        if word == "--id" or word.startswith("--id="):
            found = word.partition("=")[2] or next(waiting, "")
            if not found:
                raise UsageError("--id needs an id", hint="for example: --id memory.fold@v2")
        else:
            others.append(word)
    return others, found


def _show(*, as_json: bool) -> int:
    from astrograph.contracts.coverage import contract_coverage, cover
    from astrograph.doit_plugin.commands.contracts_text import overview
    from astrograph.errors import ExitCode
    from astrograph.formats.text import safe_json
    from astrograph.model.finding import Severity

    with opened() as session:
        users = session.contracts.users()
        registry = session.contracts.registry
        result = session.contracts.judge(users)
    if as_json:
        document = {
            "schema": "astrograph.contracts/1",
            "verdict": result.verdict.value,
            **contract_coverage(registry, users),
            "findings": [item.to_json() for item in result.findings],
        }
        sys.stdout.write(safe_json(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)) + "\n")
    else:
        text = overview(registry, cover(registry, users), result.findings, colour=wants_colour(sys.stdout))
        sys.stdout.write(text + "\n")
    wrong = any(item.severity is Severity.ERROR for item in result.findings)
    return int(ExitCode.FINDINGS if wrong else ExitCode.CLEAN)


def _new(name: str, *, contract_id: str, as_json: bool) -> int:
    from astrograph.doit_plugin.commands.contracts_text import facts_command, written
    from astrograph.engine.contracts.of_module import scaffold_contract
    from astrograph.engine.info import find_module
    from astrograph.formats.text import safe_json

    with opened() as session:
        module = find_module(session, name, folder=started_in())
        made = scaffold_contract(session, module, contract_id=contract_id)
        authored = f"{session.workspace.authored}/{module}.yaml"
    if as_json:
        document = _written_document(made, authored=authored, command=facts_command(made))
        sys.stdout.write(safe_json(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)) + "\n")
    else:
        sys.stdout.write(written(made, authored=authored) + "\n")
    return 0


def _written_document(made: Scaffolded, *, authored: str, command: str) -> dict[str, object]:
    return {
        "schema": "astrograph.contracts.new/1",
        "id": made.id,
        "path": made.path,
        "module": made.module,
        "refer_to_it_in": authored,
        "command": command,
    }
