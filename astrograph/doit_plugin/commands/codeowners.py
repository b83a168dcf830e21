"""`doit codeowners`: the CODEOWNERS file that the owners in the manifests amount to, and whether one agrees."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from astrograph.doit_plugin.commands.run import Run
from astrograph.doit_plugin.commands.validate import OPT_JSON
from astrograph.errors import ExitCode

if TYPE_CHECKING:
    from astrograph.engine.editing.codeowners import Difference, Written

OPT_CHECK = {
    "name": "check",
    "long": "check",
    "type": bool,
    "default": False,
    "help": "compare the configured file with the manifests instead, module by module",
}


class Codeowners(Run):
    """Prints CODEOWNERS from an up-to-date build. Writes nothing outside `build/`."""

    name = "codeowners"
    doc_purpose = "print the CODEOWNERS file that the owners in the manifests amount to"
    doc_usage = ""
    doc_description = (
        "The fewest lines that say the same: an owner of a folder is written once. Exit codes: 0 done, 1 a module has "
        "an owner that cannot be written, or differs with --check."
    )
    cmd_options = (*Run.cmd_options, OPT_JSON, OPT_CHECK)

    def work(self, params: Any, args: list[str]) -> int:
        """Build, then print the file or the differences."""
        from astrograph.engine.editing.codeowners import differences, write_codeowners
        from astrograph.errors import UsageError

        if args:
            raise UsageError(f"codeowners takes no words, got {args[0]!r}", hint="doit codeowners > .github/CODEOWNERS")
        code = super().work(params, args)
        if code != ExitCode.CLEAN:
            return code
        session = self.loader.session
        written = write_codeowners(session)
        if params["check"]:
            path, found = differences(session, written)
            _report(_check_document(path, written, found) if params["json"] else _check_text(path, written, found))
            return int(ExitCode.FINDINGS if found or written.left_out else ExitCode.CLEAN)
        _report(_document(written) if params["json"] else written.text)
        for module, reason in written.left_out:
            _log(f"warning: {module} is left out: {reason}")
        return int(ExitCode.FINDINGS if written.left_out else ExitCode.CLEAN)

    def progress_stream(self, stream: Any) -> Any:  # noqa: ARG002
        """The file is the result here, so the summary of the build goes to the log."""
        return sys.stderr


def _report(text: str) -> None:
    sys.stdout.write(text)


def _log(line: str) -> None:
    from astrograph.formats.text import safe

    sys.stderr.write(safe(line) + "\n")


def _check_text(path: str, written: Written, found: list[Difference]) -> str:
    from astrograph.formats.text import plural, safe

    lines = [
        f"{path}{f':{each.line}' if each.line else ''}: {each.module} is {each.file or 'nobody'} here, "
        f"{each.manifest or 'nobody'} in its manifest"
        for each in found
    ]
    lines += [f"{path}: {each.module} is left out: {each.reason}" for each in written.left_out]
    lines.append(f"{plural(len(written.owners) - len(found), 'module')} agree, {len(found):,} differ")
    return "".join(f"{safe(line)}\n" for line in lines)


def _check_document(path: str, written: Written, found: list[Difference]) -> str:
    return _encoded(
        {
            "schema": "astrograph.codeowners/1",
            "path": path,
            "agree": len(written.owners) - len(found),
            "differences": [each._asdict() for each in found],
            "left_out": [each._asdict() for each in written.left_out],
        }
    )


def _document(written: Written) -> str:
    return _encoded(
        {
            "schema": "astrograph.codeowners/1",
            "text": written.text,
            "owners": {module: list(owners) for module, owners in written.owners.items()},
            "left_out": [each._asdict() for each in written.left_out],
        }
    )


def _encoded(document: dict[str, object]) -> str:
    from astrograph.formats.text import safe_json

    return safe_json(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)) + "\n"
