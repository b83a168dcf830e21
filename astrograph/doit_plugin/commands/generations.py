"""`doit generations`: what was published when, which is current, which is known to be good."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from doit.cmd_base import Command

from astrograph.doit_plugin.commands.validate import OPT_JSON
from astrograph.doit_plugin.console import OwnWords, guarded, json_wanted
from astrograph.errors import ExitCode

if TYPE_CHECKING:
    from astrograph.doit_plugin.commands.publication_text import Row
    from astrograph.store.generations import Generations


class GenerationList(OwnWords, Command):  # type: ignore[misc]
    """Lists the generations, newest first. Changes nothing and needs no lock."""

    name = "generations"
    doc_purpose = "list what was published, with the current and the known-good generation marked"
    doc_usage = "[--verify]"
    doc_description = "Exit codes: 0 nothing is wrong with them, 1 one is damaged or missing, 3 usage or configuration."
    cmd_options = (
        {
            "name": "verify",
            "long": "verify",
            "type": bool,
            "default": False,
            "help": "read each generation whole and hold it to its digests",
        },
        OPT_JSON,
    )

    def execute(self, opt_values: Any, pos_args: list[str]) -> int:
        """List; exit 1 when a generation is damaged or missing."""
        words, as_json = json_wanted(pos_args, given=opt_values["json"])
        verify = opt_values["verify"] or "--verify" in words
        words = [word for word in words if word != "--verify"]
        return guarded(lambda: _list(words, verify=verify, as_json=as_json), as_json=as_json)


def _list(words: list[str], *, verify: bool, as_json: bool) -> int:
    from astrograph.doit_plugin.commands import publication_text as texts
    from astrograph.doit_plugin.commands.publish import tell
    from astrograph.engine.session import open_workspace
    from astrograph.errors import AstrographError, UsageError
    from astrograph.store.generations import Generations
    from astrograph.store.interrupted import has_leftovers
    from astrograph.store.layout import Layout

    if words:
        raise UsageError(f"generations takes no words, got {words[0]!r}", hint="doit generations [--verify] [--json]")
    generations = Generations(Layout(open_workspace(os.getcwd())))
    try:
        pointer = generations.pointer()
        problem = ""
    except AstrographError as error:
        pointer, problem = None, str(error)
    marked = {} if pointer is None else {"current": pointer.current, "known-good": pointer.known_good}
    strays = generations.strays(last=None if pointer is None else pointer.last)
    numbers = {number for number in generations.numbers() if f"{number:06}" not in strays}
    rows = [_row(generations, number, marked, verify=verify) for number in sorted(numbers | set(marked.values()))]
    if as_json:
        document = {
            "schema": "astrograph.generations/1",
            "current": None if pointer is None else pointer.current,
            "known_good": None if pointer is None else pointer.known_good,
            "publish_to": generations.layout.published,
            "generations": [row.to_json(verified=verify) for row in rows],
        }
        sys.stdout.write(texts.as_json(document))
    else:
        sys.stdout.write(texts.generations_text(rows, verified=verify))
    for name in strays:
        tell(f"{generations.layout.generations}/{name} is no generation")
    if problem:
        sys.stderr.write(f"warning: {problem}\n")
    elif has_leftovers(generations.folder):
        tell("a publication was interrupted: the next doit finishes or undoes it")
    return int(ExitCode.FINDINGS if problem or any(row.problems for row in rows) else ExitCode.CLEAN)


def _row(generations: Generations, number: int, marked: dict[str, int], *, verify: bool) -> Row:
    from astrograph.doit_plugin.commands.publication_text import Row
    from astrograph.errors import AstrographError
    from astrograph.store.archive import NOT_THERE

    marks = tuple(mark for mark, which in marked.items() if which == number)
    if not os.path.isdir(generations.folder_of(number)):
        return Row(number, None, marks=marks, problems=[NOT_THERE], missing=True)
    try:
        generation = generations.get(number)
    except AstrographError as error:
        reason = dict(error.fields).get("reason", error.title)
        return Row(number, None, marks=marks, problems=[reason])
    return Row(number, generation, marks=marks, problems=generations.problems(number) if verify else [])
