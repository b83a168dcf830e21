"""What the two commands that must be quick import: a run with nothing to do, and `doit info MODULE`.

The list of our own modules is exact, so that what they cost at every start is a decision and never an accident; of
what is neither ours nor doit's only what is named may come, and of the standard library none of its slow parts.
`doit_plugin.own_code` comes because the probe has its folder on `sys.path`, as `python -m doit` has.
"""

import subprocess
import sys

import pytest
from support import Workspace
from support.runs import environ

BOTH = """
doit_plugin doit_plugin.backend doit_plugin.commands doit_plugin.console doit_plugin.imports doit_plugin.loader
doit_plugin.own_code engine
engine.authored engine.authored.tree engine.ledger engine.policy engine.reading engine.scan engine.session
engine.survey engine.tally engine.tool errors formats formats.canonical_json formats.json_scanner
formats.pointer formats.settings formats.strict_json formats.text gates gates.registry inventory
inventory.exclusion inventory.guards inventory.walk manifest manifest.fields model model.codes model.digests
model.facts model.finding model.ids model.inventory model.limits model.pins model.workspace store store.border
store.clone store.faults store.files store.layout store.lock store.outputs store.sealed store.stamps store.state
store.traces store.trees
"""

NO_OP = """
audit audit.registry doit_plugin.checker doit_plugin.commands.run doit_plugin.reporter
doit_plugin.scheduling doit_plugin.tasks
engine.auditing engine.auditing.audits engine.auditing.reads engine.contracts engine.contracts.folder
engine.contracts.judging engine.gating engine.gating.inputs engine.gating.values engine.graph
formats.schema_room manifest.own_schema model.artifact model.schema_fit store.interrupted
"""

INFO = """
doit_plugin.commands.info doit_plugin.commands.info_text engine.info engine.summaries facts facts.authored
facts.authored_fields formats.json_values formats.ledger_line formats.policy_canon formats.policy_document
formats.policy_pins formats.policy_rules formats.strict_yaml formats.yaml_values gates.policy inference
inference.patterns inference.reach inference.score inference.text model.assignment model.canon
model.dependencies model.gate model.ledger model.rules
"""

FOREIGN = {"orjson", "xxhash"}

SLOW = {"asyncio", "http", "multiprocessing", "ssl", "subprocess", "unittest", "urllib.request", "xml", "zipfile"}

PROBE = """\
import sys
from doit.doit_cmd import DoitMain
before = set(sys.modules)
code = DoitMain().run(sys.argv[1:])
sys.stderr.write("\\n".join(sorted(set(sys.modules) - before)))
sys.exit(code)
"""


def imported_by(ws: Workspace, *words: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *words], cwd=ws.root, env=environ(), capture_output=True, text=True, check=True
    )
    return set(done.stderr.split("\n"))


def ours(modules: set[str]) -> set[str]:
    return {name.removeprefix("astrograph.") for name in modules if name.startswith("astrograph.")}


def foreign(modules: set[str]) -> set[str]:
    return {name.split(".")[0] for name in modules} - sys.stdlib_module_names - {"astrograph", "doit"}


@pytest.mark.parametrize(
    ("words", "expected"), [pytest.param([], NO_OP, id="no-op"), pytest.param(["info", "memory/fold"], INFO, id="info")]
)
def test_a_quick_command_imports_what_is_listed_here_and_nothing_else(
    built: Workspace, words: list[str], expected: str
) -> None:
    found = imported_by(built, *words)

    assert sorted(ours(found)) == sorted({*BOTH.split(), *expected.split()})
    assert foreign(found) <= FOREIGN
    assert sorted(found & SLOW) == []
