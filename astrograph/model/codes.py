"""The closed table of finding codes (SPEC section 9)."""

from __future__ import annotations

from dataclasses import dataclass

from astrograph.model.finding import Finding, Severity

_E = Severity.ERROR
_W = Severity.WARNING


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code: its default severity, a title, what it means, what usually causes it, and the way out."""

    code: str
    severity: Severity
    title: str
    meaning: str
    fix: str

    @property
    def family(self) -> str:
        """The family the code belongs to, a key of `FAMILIES`: `AG2xx` for `AG204`."""
        return f"{self.code[:3]}xx"


FAMILIES: dict[str, str] = {
    "AG1xx": "paths",
    "AG2xx": "schema and authored facts",
    "AG3xx": "contracts",
    "AG4xx": "parity and drift",
    "AG5xx": "rules and canon",
    "AG6xx": "approval and publication",
    "AG7xx": "source",
    "AG9xx": "internal",
}
"""What each hundred of codes is about (SPEC section 9)."""

_TABLE = (
    CodeEntry(
        "AG101",
        _E,
        "Module path has an empty, `.` or `..` segment",
        "A module id is a plain path below its source root, such as `memory/fold`. A segment that is empty, "
        "`.` or `..` could point somewhere else than it says, so nothing is read or written under such a "
        "path.",
        "Write the path without the odd segment where it is named: in `source_roots`, in the exceptions or "
        "in the name of an authored file. A path that comes from a link is mended by removing the link.",
    ),
    CodeEntry(
        "AG102",
        _E,
        "Module path has an upper-case letter",
        "Module ids are lower-case, in every alphabet. Two ids that differ only in case are one folder on "
        "macOS and Windows and two on Linux, so the same commit would give different manifests.",
        "Rename the folder with `git mv`, and rename its authored file with it. If the folder is not meant "
        "to have a manifest, add it to `exclude` in `[tool.astrograph]`.",
    ),
    CodeEntry(
        "AG103",
        _E,
        "Module path has a backslash or a control character",
        "The name of the folder holds a character that separates paths on another system, or one that breaks "
        "log lines and terminals. It is usually the leftover of a script that quoted a name wrongly.",
        "Rename the folder to plain letters, digits and underscores. The path is shown here with the "
        "character escaped, so that you can find it.",
    ),
    CodeEntry(
        "AG104",
        _E,
        "Module path segment starts or ends with a space",
        "A space at the edge of a folder name cannot be seen in a report, and Windows drops it. Python "
        "cannot import such a folder by name either.",
        "Rename the folder without the space. Quote the old name in the shell: `git mv 'fold ' fold`.",
    ),
    CodeEntry(
        "AG105",
        _E,
        "Module path is not in Unicode normal form C",
        "The same visible name can be stored in several ways, for instance `é` as one character or as `e` "
        "and an accent. Only the composed form (NFC) is accepted, so that a name written in YAML finds the "
        "folder.",
        "Rename the folder to the composed form. Archives made on older macOS systems are the usual source "
        "of the other one.",
    ),
    CodeEntry(
        "AG106",
        _E,
        "Module path starts with a legacy prefix",
        "`legacy_prefixes` in `[tool.astrograph]` lists places that were given up. A package turned up below "
        "one of them, most often because it was moved back or restored by a merge.",
        "Move the package to its new place, or delete it. If the place is in use again, take its prefix out "
        "of `legacy_prefixes`.",
    ),
    CodeEntry(
        "AG107",
        _E,
        "Two module paths differ only in case",
        "Two folders have ids that become the same once upper and lower case are treated alike. They cannot "
        "both be checked out on macOS or Windows, and their manifests would overwrite each other there.",
        "Rename one of the two folders, or remove the one that is left over from a rename.",
    ),
    CodeEntry(
        "AG108",
        _E,
        "A symbolic link leaves the source root",
        "The folder, or a file in it, is a symbolic link to something outside the source root. Its content "
        "is not under review in this repository and may differ between machines, so it is not followed.",
        "Replace the link by the real file, or let it point to a place inside the source root. A folder that "
        "has to stay a link can be left out through `exclude`.",
    ),
    CodeEntry(
        "AG109",
        _E,
        "A package at the source root has no id",
        "There is an `__init__.py` directly in a source root. The id of a module is its path below that "
        "root, and here this path is empty.",
        "Remove the stray `__init__.py`, or set `source_roots` to the folder above, so that this package gets a name.",
    ),
    CodeEntry(
        "AG110",
        _E,
        "Module path is not valid UTF-8",
        "The name of the folder or file is a sequence of bytes that is not UTF-8 text. It cannot be written "
        "into a manifest, which is UTF-8, without becoming another name.",
        "Rename it. `convmv` can repair whole trees that were unpacked in another encoding.",
    ),
    CodeEntry(
        "AG111",
        _E,
        "Module path has a character that no task can be named with",
        "Every module is a task of the build graph, and doit reads some characters in a task name in its own "
        "way: `=` sets a variable, `*` is a wildcard. Such a task could not be selected on the command line.",
        "Rename the folder to letters, digits, underscores and hyphens.",
    ),
    CodeEntry(
        "AG112",
        _E,
        "A folder or file cannot be read",
        "The operating system refused to list a folder or to open a file below a source root, mostly for "
        "want of permission. What is inside is unknown, so the inventory is not complete and must not pass "
        "for complete.",
        "Give the user of the build permission to read it, or leave it out through `exclude`.",
    ),
    CodeEntry(
        "AG113",
        _E,
        "One module id stands under two source roots",
        "Two source roots hold a package with the same path below them. An id names exactly one module, and "
        "both would write the same manifest.",
        "Rename or remove one of the packages, or choose `source_roots` such that the ids differ.",
    ),
    CodeEntry(
        "AG201",
        _E,
        "File is not valid YAML or JSON",
        "The file cannot be parsed at the given line and column. Nothing of it is used: a half-read file "
        "could lose an owner or a contract without anybody seeing it.",
        "Correct the syntax at that place. Often it is a tab used as indentation, a missing quote, or a "
        "conflict marker of a merge a few lines above.",
    ),
    CodeEntry(
        "AG202",
        _E,
        "Duplicate key",
        "A key stands twice in the same mapping. Most parsers silently keep one of the two values, and "
        "readers see the other one.",
        "Delete the key that is wrong. Both places are named; a merge that took both sides is the usual cause.",
    ),
    CodeEntry(
        "AG203",
        _E,
        "YAML beyond the accepted subset",
        "Authored facts are plain data: no anchors or aliases, no tags, no merge keys, one document a file, "
        "and bounded size and depth. The rest of YAML can make a small file huge or change what a value "
        "means.",
        "Write the value out in full where it is used. What several modules share belongs into the "
        "`_defaults.yaml` of their folder.",
    ),
    CodeEntry(
        "AG204",
        _E,
        "Unknown field",
        "The file has a field that is neither a known fact nor one that the manifest schema carries. Almost "
        "always it is a slip of the pen, and the fact it was meant to state is missing.",
        "Correct the spelling; the nearest known fields are named. A new kind of fact needs a property in "
        "the manifest schema first, and then `doit pin`.",
    ),
    CodeEntry(
        "AG205",
        _E,
        "Value has the wrong type or is not allowed",
        "A known field holds something it cannot hold: a list where text is due, a tier outside of the four, "
        "an empty owner. The value is not used, and the finding stays until it is right.",
        "Write a value of the kind the message names. With the modeline `# yaml-language-server: ...` in its "
        "first line, an editor shows the allowed values while you type.",
    ),
    CodeEntry(
        "AG206",
        _E,
        "Ambiguous YAML scalar",
        "YAML 1.1 and 1.2 read this value differently: `no` is false or text, `012` is ten or twelve, "
        "`12:30` is a time or a number. No such value is guessed at.",
        "Put it in quotes if it is text, or write the JSON form (`true`, `false`, `null`, `12`, `0.5`).",
    ),
    CodeEntry(
        "AG207",
        _E,
        "A generated field is authored",
        "The file states something that is computed from source or rules, such as `exports` or "
        "`dependencies`. Each field of a manifest has exactly one origin, and a copy by hand would soon be "
        "out of date.",
        "Delete the field; `doit info MODULE` shows the generated value. To overrule the star of a module, "
        "author `stars`, or add an entry to the exceptions.",
    ),
    CodeEntry(
        "AG208",
        _E,
        "Authored file for a module that does not exist",
        "There are authored facts, but no package of that id. The package was moved, renamed, removed or "
        "excluded, and its facts were left behind.",
        "Move the file to the new id with `git mv`, so that owner, tier and contracts are kept. If the "
        "package is gone for good, delete the file.",
    ),
    CodeEntry(
        "AG209",
        _E,
        "Manifest does not match the schema",
        "A manifest breaks a rule of the manifest schema at the JSON pointer that is named. A carried "
        "authored field with a wrong value, or a schema that was tightened, is the usual cause.",
        "`doit info MODULE` shows where the value was written: correct it there and run `doit`. If the value "
        "is right, the schema has to allow it, followed by `doit pin`.",
    ),
    CodeEntry(
        "AG210",
        _E,
        "Manifest has another schema version than the locked one",
        "`schema_version` in `[tool.astrograph]` locks the version that every manifest must state. This one "
        "states another or none, so whoever reads it may take it for something it is not.",
        "Run `doit` to build the manifest again. If the version itself has moved, change `schema_version` "
        "and the schema together, then `doit pin`.",
    ),
    CodeEntry(
        "AG211",
        _E,
        "Manifest does not survive a round trip",
        "Reading the manifest and writing it again gives other bytes. It was edited by hand, reformatted by "
        "a tool or an editor hook, or a merge rewrote it.",
        "Never edit manifests: change the authored facts instead. `doit` writes the file anew; tell "
        "formatters to leave the build folder alone.",
    ),
    CodeEntry(
        "AG212",
        _E,
        "Authored star is not in the canon",
        "The field `stars` names something that is no id, label or alias of a star. The canon is closed, so "
        "an unknown star is refused and not added.",
        "Write one of the stars the message names. A new star, or a new alias for one, is a change of the "
        "canon and needs `doit pin`.",
    ),
    CodeEntry(
        "AG213",
        _W,
        "Module has no owner, or only a placeholder",
        "Nobody is named who answers for the module: there is no `owner`, or only one of the "
        "`placeholder_owners`. It still counts as covered, and is listed beside the coverage.",
        "Add `owner:` to the authored file of the module, or to the `_defaults.yaml` of a folder above, "
        "which then serves every module below it.",
    ),
    CodeEntry(
        "AG214",
        _W,
        "Folder defaults apply to no module",
        "There is a `_defaults.yaml` for a folder below which no module is left. It has no effect, and would "
        "come back to life when a package is added there.",
        "Delete the file, or move it to the folder it is meant for.",
    ),
    CodeEntry(
        "AG215",
        _W,
        "Stray file among the authored facts",
        "A file below the folder of authored facts is neither `<module id>.yaml` nor `_defaults.yaml`. "
        "Nobody reads it, and what it says does not count.",
        "Give it the right name and ending (`.yaml`, not `.yml`), or move it out of the folder.",
    ),
    CodeEntry(
        "AG216",
        _E,
        "Authored file cannot be read",
        "The operating system refused to open an authored file, or it is a link that leads nowhere. Without "
        "it a human decision would be missing from the manifest, so the gate fails.",
        "Restore the file or its permissions (`git checkout -- FILE`), then run `doit` again.",
    ),
    CodeEntry(
        "AG217",
        _E,
        "Manifest is missing or cannot be read",
        "A module of the inventory has no manifest on disk, or what is there is not JSON. The build has not "
        "run since the file was removed or damaged, or its task failed.",
        "Run `doit`: it notices the damage and builds the manifest again. If it is missing still, the failed "
        "task of this module says why.",
    ),
    CodeEntry(
        "AG218",
        _E,
        "Coverage is below the minimum",
        "Fewer of the eligible modules have a manifest and a ledger line than `coverage_min` asks for. "
        "Rejected and excluded folders do not count against it, they are listed beside it.",
        "Run `doit` and mend the tasks that fail; the modules without a manifest are listed in the notes of the gate.",
    ),
    CodeEntry(
        "AG301",
        _E,
        "Contract reference resolves to nothing",
        "The field `contracts` names an id or a path, and there is no such contract. The contract was "
        "renamed, its version was raised, or the name has a typing error.",
        "Write the id of an existing contract; the nearest ones are named. `doit contracts` lists all of them.",
    ),
    CodeEntry(
        "AG302",
        _E,
        "Contract file is not valid",
        "The contract is not what its kind asks for: our own schema for `module`, JSON Schema, or OpenAPI "
        "3.1. A reference to it does not count as a contract.",
        "Correct the place the message names. The original validator of that format gave the message, so its "
        "documentation applies.",
    ),
    CodeEntry(
        "AG303",
        _E,
        "T1 module without a contract",
        "The module is `T1_critical` and names no contract. What is critical must state what others may rely on.",
        "Write one with `doit contracts new MODULE`, which starts from the exports, and refer to it under "
        "`contracts`. If the module is not critical after all, change its `tier`.",
    ),
    CodeEntry(
        "AG304",
        _W,
        "Contract is used by no module",
        "No module refers to this contract, neither by id nor by path. It may be obsolete, or a module has "
        "lost its reference to it.",
        "Refer to it from the module that keeps it, or delete the file.",
    ),
    CodeEntry(
        "AG501",
        _E,
        "Pattern does not compile",
        "A regular expression in the rules is not one that RE2 or PCRE2 can read. A rule that cannot be read "
        "could only be skipped, and that would change results unseen.",
        "Correct the pattern at the given line; the engine says what it stumbled over. In JSON each "
        "backslash has to be doubled.",
    ),
    CodeEntry(
        "AG502",
        _E,
        "Pattern exceeds the matching limit",
        "The pattern needs look-around or back-references, and on some text takes more steps than allowed. "
        "Nested repetition such as `(a+)+` is the usual reason. The limit counts steps, not seconds, so it "
        "strikes on every machine alike.",
        "Write it without the nested repetition. A pattern without look-around runs in linear time and has "
        "no such limit.",
    ),
    CodeEntry(
        "AG503",
        _E,
        "Unknown star",
        "A policy file names a star that is no id, label or alias of the canon. The rule or exception would "
        "never have an effect.",
        "Write one of the stars of the canon; the nearest is named. If the name should be known, add it to "
        "the aliases of the canon and run `doit pin`.",
    ),
    CodeEntry(
        "AG504",
        _E,
        "Weight or threshold out of range",
        "Weights and thresholds are numbers from 0 to 1 with at most three decimals, and `min_suggest` does "
        "not lie above `min_autopromote`. Scores are added in whole thousandths, so a finer number could not "
        "be kept.",
        "Write a number in that range, as a number and not as text. Then run `doit pin`.",
    ),
    CodeEntry(
        "AG505",
        _W,
        "Star can never be promoted",
        "Even if every rule for this star fired at once, the sum would stay below `min_autopromote`. Its "
        "modules can only be suggested, or assigned by hand.",
        "Give the star a rule of another kind, for instance a capability or a node, or list it under `deny` "
        "if this is intended.",
    ),
    CodeEntry(
        "AG506",
        _W,
        "Rule matches nothing",
        "No module of the inventory makes this rule fire. The modules it was written for are gone, or it "
        "never matched: patterns see the dotted name and the id in lower case.",
        "Delete the rule or mend its pattern. `doit info MODULE` shows which rules fire for a module.",
    ),
    CodeEntry(
        "AG507",
        _W,
        "Rule is shadowed",
        "An earlier rule for the same star already matches whatever this one matches. The two count twice "
        "for a module, or the second is a leftover.",
        "Delete one of the two rules, or make this one more precise.",
    ),
    CodeEntry(
        "AG508",
        _W,
        "Exclusion hits nothing",
        "An exclusion blanks out no text of any module. It no longer protects anything, and nobody would "
        "notice if its pattern were wrong.",
        "Delete it or mend its pattern. Exclusions see the dotted name and the id in lower case.",
    ),
    CodeEntry(
        "AG509",
        _E,
        "Canon, rules and schema disagree",
        "The three files do not speak of the same stars: one lists a star that another lacks, two stars "
        "share a name or an emoji, a label belies its star, or an alias hides one. A manifest could then be "
        "right by the rules and wrong by the schema.",
        "Make the files agree at the place the message names, the canon being the one that decides. Then run "
        "`doit pin`, as all three are pinned.",
    ),
    CodeEntry(
        "AG510",
        _E,
        "Limit is missing",
        "The rules lack one of the `limits`. A limit that is not there is never taken for unlimited: one "
        "changed pattern could then promote every module.",
        "Write the limit the message names under `limits`, then run `doit pin`.",
    ),
    CodeEntry(
        "AG511",
        _W,
        "Exception matches no module",
        "An entry of the exceptions names a module, or a pattern, that nothing in the inventory answers to. "
        "The module was renamed or removed, and the decision about it no longer holds.",
        "Write the new id; the nearest is named. If the module is gone, delete the entry and run `doit pin`.",
    ),
    CodeEntry(
        "AG512",
        _E,
        "Module is both forced and forbidden",
        "One module is under `force_promote` and matched by `do_not_promote`. Two people decided "
        "differently, and no order between the lists would be fair to both.",
        "Take the module out of one of the lists, then run `doit pin`.",
    ),
    CodeEntry(
        "AG513",
        _E,
        "Forced promotion without a reason",
        "An entry of `force_promote` says which star, and not why. In a year nobody could tell whether it "
        "may be removed.",
        "Add a `reason` in plain words, then run `doit pin`.",
    ),
    CodeEntry(
        "AG514",
        _E,
        "Policy file does not match its pin",
        "Rules, exceptions, canon or schema have changed since a person pinned them, or the file is gone. "
        "Every manifest depends on these four files, so nothing is built from an unpinned one.",
        'If the change is intended, review it and run `doit pin --reason "..."`. If not, restore the file: '
        "`git checkout -- FILE`.",
    ),
    CodeEntry(
        "AG515",
        _E,
        "Policy file has no pin",
        "There is no recorded digest for this file. It is new, the workspace was never pinned, or "
        "`pins.json` was edited by hand.",
        'Review the file and run `doit pin --reason "..."`, which is the only way a pin comes about.',
    ),
    CodeEntry(
        "AG516",
        _E,
        "Policy file is malformed",
        "A policy file has valid syntax and yet not the shape it should have: a list where an object is due, "
        "text where a number is due, a field that is missing. It is refused as a whole.",
        "Correct the place the message names. The files under `schemas/` describe each policy file, and "
        "editors can use them.",
    ),
    CodeEntry(
        "AG517",
        _E,
        "Module has more stars than the limit",
        "The module has more stars than `max_stars_per_module` of the rules allows. A module that belongs "
        "everywhere says nothing about the architecture.",
        "Keep the stars that matter most under `stars` in its authored file, or raise the limit and run `doit pin`.",
    ),
    CodeEntry(
        "AG518",
        _E,
        "Unknown key in a policy file",
        "A policy file has a key that nobody reads. A misspelt key would leave its default in force without "
        "anyone noticing, so it is an error.",
        "Correct the spelling, the nearest key is named, or delete it. Then run `doit pin`.",
    ),
    CodeEntry(
        "AG701",
        _W,
        "Source file does not parse",
        "The parser met a syntax error at the given place. The module still has its manifest, with all that "
        "could be read around the error.",
        "Correct the file if it is broken for Python too. Syntax that is newer than the parser is harmless: "
        "only the names in that statement may be missing.",
    ),
    CodeEntry(
        "AG702",
        _W,
        "Source file holds null bytes",
        "There are null bytes in the file, and Python refuses to import such a file. It is often UTF-16 "
        "text, or was cut short by a full disk.",
        "Save the file as UTF-8, or restore it from version control.",
    ),
    CodeEntry(
        "AG703",
        _W,
        "Source file is not in its declared encoding",
        "The bytes are not text in the encoding that the first two lines declare, or in UTF-8 if they "
        "declare none. Names in the affected lines may be missing from the facts.",
        "Save the file as UTF-8, or declare its real encoding: `# -*- coding: latin-1 -*-`.",
    ),
    CodeEntry(
        "AG704",
        _W,
        "Source file is too large to parse",
        "The file is above the size that is parsed. It is counted, and its imports and exports are missing "
        "from the manifest. Such files are nearly always generated tables.",
        "Move the data to a data file, or split the module.",
    ),
    CodeEntry(
        "AG705",
        _W,
        "Source file was read in part",
        "Something is not closed, such as a bracket or a string, and what follows it could not be told "
        "apart. Imports and exports after that place may be missing.",
        "Close what was opened at the given line. An editor that marks matching brackets shows the place.",
    ),
    CodeEntry(
        "AG706",
        _W,
        "Source file cannot be read",
        "The file was there when the folder was listed, and could not be opened afterwards: no permission, "
        "or it was removed while the build ran. Its facts are missing from the manifest.",
        "Make the file readable and run `doit` again.",
    ),
    CodeEntry(
        "AG901",
        _E,
        "Internal error",
        "Two things that must agree by construction do not. This is a defect of Astrograph, and no mistake "
        "of yours; nothing is published while it stands.",
        "Run `doit clean` and `doit` to build from nothing. If it comes back, report it with the whole message.",
    ),
    CodeEntry(
        "AG902",
        _W,
        "State was unusable and has been discarded",
        "The record of what is up to date was damaged, or written by a newer version. It only saves time, so "
        "it was put aside and everything is checked and built anew.",
        "Nothing has to be done. If it happens again and again, look at the disk, or for a second version of "
        "Astrograph in the same workspace.",
    ),
)

CODES: dict[str, CodeEntry] = {entry.code: entry for entry in _TABLE}
"""Every code, in order."""


def finding(
    code: str,
    message: str,
    *,
    path: str,
    line: int = 0,
    column: int = 0,
    fix: str = "",
    module: str = "",
) -> Finding:
    """Make a finding with the severity its code has in the table.

    Raises KeyError for a code that is not in it.
    """
    return Finding(
        path=path,
        line=line,
        column=column,
        code=code,
        severity=CODES[code].severity,
        message=message,
        fix=fix,
        module=module,
    )
