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
        "AG114",
        _W,
        "An exclude pattern has no effect",
        "No folder matches this pattern of `exclude`, so the folders it was written for are built and published. "
        "Patterns are those of a .gitignore at the top of the workspace: relative to the workspace and not to a "
        "source root, separated by `/`, without `./`, without braces, and upper case differs from lower case.",
        "Write it as the finding suggests, or remove it.",
    ),
    CodeEntry(
        "AG117",
        _E,
        "Module path is too long",
        "A folder name has more than 250 bytes (200 at the top), or the module id more than 500. The names and paths "
        "of the files that are generated for it would be longer than file systems allow, so the package is rejected, "
        "together with all packages below it. The limits are the same on every machine.",
        "Give the folder a shorter name, or move the package further up. A folder that is not meant to have manifests "
        "can be left out through `exclude`.",
    ),
    CodeEntry(
        "AG118",
        _E,
        "Folder is nested too deeply",
        "The path of a folder below its source root has more than 2,000 bytes. Nothing below it is walked, so "
        "the inventory is not complete and must not pass for complete. Such trees are nearly always made by a script "
        "that runs in circles.",
        "Remove the folder, move it further up, or leave it out through `exclude`.",
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
        "AG220",
        _E,
        "Old document cannot be read",
        "A document below the folder that is adopted is not JSON, not UTF-8, too large, nested too deeply, or "
        "cannot be opened. Its facts are not known, so none are adopted; its bytes are kept in generation 0 "
        "where it belongs to a module.",
        "Mend the document at the place that is named, or remove it, then adopt again: what was adopted "
        "already does not change.",
    ),
    CodeEntry(
        "AG221",
        _E,
        "Old document has no known shape",
        "None of the shapes in `[[tool.astrograph.adopt]]`, and none of those everybody gets, fits the "
        "document. Nothing is guessed, so nothing is adopted from it.",
        "`doit adopt --from DIR --suggest` looks at the documents and proposes shapes. Put them into "
        "`pyproject.toml`, correct them, and adopt again.",
    ),
    CodeEntry(
        "AG222",
        _W,
        "Old document for a package that does not exist",
        "The document stands in a folder whose path is the id of no module: the package was moved, renamed or "
        "removed, or its name breaks a path guard. What it says is in the report and, under a valid id, in "
        "generation 0.",
        "If the package was moved, move the document to the new id and adopt again. If it is gone for good, "
        "remove the document.",
    ),
    CodeEntry(
        "AG223",
        _W,
        "Old document is a copy, or lies in an excluded folder",
        "The document is an archived or second copy: the end of its path is a module that has its own, it "
        "lies in an excluded folder, or another document says the same word for word. It does not count.",
        "Remove the copy. If it is the better one, put it in the place of the document that counts, and adopt again.",
    ),
    CodeEntry(
        "AG224",
        _W,
        "Old document below a legacy prefix",
        "The document stands below one of `legacy_prefixes`, a place that was given up. It does not speak for "
        "the module that has moved.",
        "Move the document to the module's present folder, or remove it.",
    ),
    CodeEntry(
        "AG225",
        _E,
        "Two old documents for one module",
        "Two documents with different content belong to the same module. The one nearer to the module counts: "
        "beside the source, then under the module's id, then below the name of a source root. The other is in "
        "the report only.",
        "Compare the two, put what is right into the one that counts, and remove the other.",
    ),
    CodeEntry(
        "AG226",
        _W,
        "Old document names an unknown star",
        "A star of the old document is no id, label or alias of the canon, so it cannot be authored. Its text "
        "is kept beside the module's facts.",
        "Map the name with `values` of `stars` in the shape, or add an alias to the canon and run `doit pin`; "
        "then adopt again.",
    ),
    CodeEntry(
        "AG227",
        _W,
        "Old value does not fit its field",
        "A value cannot be what the shape says it is: a tier outside of the four, an owner that is no text, "
        "several values where one is due. It is kept beside the module's facts, unread.",
        "Map it with `values` in the shape, choose with `take` which of several counts, or correct the old "
        "document; then adopt again.",
    ),
    CodeEntry(
        "AG228",
        _W,
        "Two values for one field in an old document",
        "The document says the same thing in two places, and differently: two tiers, two owners. The first "
        "place of the shape counts, the other value is kept beside.",
        "Settle which is right and correct the old document, or order the pointers of the field in the shape.",
    ),
    CodeEntry(
        "AG229",
        _W,
        "Already authored otherwise",
        "An authored file says something else than the old document. What a person has authored stands, and "
        "nothing is written over it.",
        "Compare both. If the old document is right, change the authored file; otherwise nothing needs to be done.",
    ),
    CodeEntry(
        "AG230",
        _W,
        "Old document is not strict JSON",
        "The document can be read, but has what JSON does not allow or readers disagree on: a key written "
        "twice, `NaN`, a byte order mark. The last value of a repeated key counts, as it did for most "
        "readers; the others are kept beside.",
        "Look at the value that is named and settle it in the authored file.",
    ),
    CodeEntry(
        "AG231",
        _E,
        "Authored file cannot take adopted facts",
        "There is an authored file for the module that adoption cannot add to: it has problems of its own, is "
        "not written in plain blocks, would become too large, is read-only or a link, or was saved by somebody "
        "while the adoption ran. It was left alone, and nothing of the document is adopted.",
        "Fix the authored file, or move it away, and adopt again. A file that was only saved meanwhile needs no fix.",
    ),
    CodeEntry(
        "AG232",
        _W,
        "Old values are not carried",
        "Some values of the document are neither equal, generated nor carried in the new manifest. The report "
        "lists each with the reason; the old bytes are in generation 0.",
        "Where the manifest schema is the reason, add an open object `annotations` to it and run `doit pin`. "
        "Otherwise the report names what stands in the way.",
    ),
    CodeEntry(
        "AG233",
        _W,
        "Old tree does not become generation 0",
        "Something was published already, so that there is a baseline. Authored facts are adopted, but the "
        "old tree is not kept as generation 0.",
        "Nothing needs to be done: the next plan compares with what is published. Keep the old tree elsewhere "
        "if you need it.",
    ),
    CodeEntry(
        "AG240",
        _W,
        "CODEOWNERS line counts for nothing",
        "The line has a form that its definition does not know: a negation with `!`, a character range, an escaped "
        "`#`, a word that is no owner. Code hosts skip such a line without a word, so the lines before it decide "
        "who owns what it was meant for.",
        "Write the line in a form that counts, or remove it. Owners are `@user`, `@org/team` or an e-mail address.",
    ),
    CodeEntry(
        "AG241",
        _E,
        "CODEOWNERS cannot be used",
        "The file that `codeowners` in `[tool.astrograph]` names is missing, cannot be read, is not UTF-8 or is larger "
        "than code hosts load. No module gets an owner from it.",
        "Restore the file, or mend `codeowners` in `[tool.astrograph]`.",
    ),
    CodeEntry(
        "AG242",
        _E,
        "CODEOWNERS has a section",
        "Sections, with owners of their own for every line in them, are known to GitLab alone. They are not read "
        "here, so owners would come out other than GitLab names them.",
        "Write the owners on each line, or keep owners in the authored facts.",
    ),
    CodeEntry(
        "AG243",
        _E,
        "Manifest schema requires what nobody gives",
        "The schema lists a field as required that no manifest field is placed at and that is missing from the "
        "authored facts of at least one module. No manifest without it can be valid.",
        "Author the field, for one module with `doit facts set` or for a folder in its `_defaults.yaml`; or place a "
        "field there in `[tool.astrograph.manifest]`; or relax the schema and run `doit pin`.",
    ),
    CodeEntry(
        "AG244",
        _W,
        "Manifest schema has no room for fields",
        "The schema allows no such property where these fields land by default. They are left out of every manifest, "
        "which stays valid.",
        "Set each to `false` in `[tool.astrograph.manifest]` to say that this is meant, or give it a place there.",
    ),
    CodeEntry(
        "AG245",
        _E,
        "Manifest schema forbids what people said",
        "Authored facts give a field a value, and the schema allows no such property where the field lands. What "
        "people say is never dropped silently, so the field is kept and its manifests are not valid.",
        "Give the field a place that the schema allows, in `[tool.astrograph.manifest]`; or set it to `false` there, "
        "to leave it out knowingly; or allow it in the schema and run `doit pin`.",
    ),
    CodeEntry(
        "AG246",
        _E,
        "Field is placed where the manifest schema forbids it",
        "`[tool.astrograph.manifest]` gives the field a place at which the schema allows no such property, or another "
        "kind of value. No manifest that has the field can be valid.",
        "Correct the pointer or the form of the field, or the schema, and run `doit pin`.",
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
        "AG305",
        _E,
        "Two contracts have the same id",
        "An id names exactly one contract. A file was copied to start a new version and kept its id, or two teams "
        "chose the same name. Whoever refers to the id cannot know which of the two is meant.",
        "Raise the version in the newer file, choose another name, or delete the one that is left over.",
    ),
    CodeEntry(
        "AG306",
        _E,
        "Contract id is not a name and a version",
        "An id looks like `memory.fold@v2`: letters, digits, `_`, `.`, `-` and `/`, then `@v` and a number. It stands "
        "in the field `id` or `contract_id`; without one of them the file name is the id.",
        "Correct the id, or rename the file to `NAME@vN.json`. OpenAPI has no field for it: the file name counts.",
    ),
    CodeEntry(
        "AG307",
        _E,
        "Contract file cannot be read",
        "A file or folder below the folder of contracts is not readable, too large, not named in UTF-8, or a symbolic "
        "link that leaves the folder. What is in it is unknown, so it must not pass for checked.",
        "Mend its permissions, split it, or put the file itself where the link is.",
    ),
    CodeEntry(
        "AG308",
        _E,
        "Reference inside a contract leads nowhere",
        "A `$ref` of a contract leads to a place that is not there, to a file outside of the folder of contracts, or "
        "to the network. Nothing is ever fetched: what a contract says depends on what is in this repository.",
        "Mend the reference, or put the document it needs into the folder of contracts and refer to it by its path.",
    ),
    CodeEntry(
        "AG309",
        _E,
        "Kind of a contract cannot be told",
        "A contract is a `module` contract (its `kind` says so), a JSON Schema (its `$schema` says so) or an OpenAPI "
        "document (it has `openapi`). This file is none of them, so nothing could judge it. Files that only serve "
        "other contracts need no kind: a `$ref` to them says enough.",
        "Write `kind`, `$schema` or `openapi`, or move the file out of the folder of contracts.",
    ),
    CodeEntry(
        "AG310",
        _E,
        "Contract cannot be judged on this machine",
        "The library that judges contracts of this kind cannot be loaded. A contract that nobody has looked at does "
        "not count as valid.",
        "Install it with `pip install openapi-spec-validator`, in the environment that doit runs in.",
    ),
    CodeEntry(
        "AG311",
        _W,
        "Contract promises what its module does not have",
        "A contract of kind `module` names exports that the module no longer has, a function that has become or ceased "
        "to be async, or a module that does not exist. Whoever relies on the contract is let down.",
        "Bring the export back, or raise the version of the contract and take the promise out of the new one.",
    ),
    CodeEntry(
        "AG312",
        _E,
        "OpenAPI document is too intricate to judge",
        "Judging the document takes more steps than allowed: it has too many paths, operations and references for one "
        "file. It counts as broken, because part of it was not judged. The limit counts steps, not seconds, so the "
        "verdict is the same on every machine.",
        "Split it into several documents, each with an id of its own.",
    ),
    CodeEntry(
        "AG401",
        _E,
        "Owner changed and nobody wrote so",
        "The owner of a module differs from the published one, and no authored value accounts for the change. An "
        "owner that was lost in a move, a merge or a new tool is the same to this check as one changed by mistake.",
        "Write the owner you mean under `owner` in the authored file; `doit info MODULE` shows where the present one "
        "comes from. If a value went away on purpose, say the new one in its place.",
    ),
    CodeEntry(
        "AG402",
        _E,
        "Tier changed and nobody wrote so",
        "The tier of a module differs from the published one, and no authored value accounts for the change. How "
        "critical a module is decides what is asked of it, so it never changes by accident.",
        "Write the tier you mean under `tier` in the authored file; `doit info MODULE` shows where the present one "
        "comes from.",
    ),
    CodeEntry(
        "AG403",
        _E,
        "Contracts changed and nobody wrote so",
        "The contracts of a module differ from the published ones, and no authored value accounts for the change. "
        "Others rely on what a module has promised.",
        "Write the contracts you mean under `contracts` in the authored file, `contracts: []` if there are to be "
        "none any more.",
    ),
    CodeEntry(
        "AG404",
        _E,
        "Parity has compared nothing",
        "Neither the published modules nor the present ones have a single value of what is compared. Equal "
        "emptiness proves nothing: a field that is looked for in the wrong place is empty on both sides too.",
        "If the field is called otherwise in the published tree, correct `[tool.astrograph.manifest]`. If nobody "
        "has said anything yet, start with `owner` in `manifests_src/_defaults.yaml`.",
    ),
    CodeEntry(
        "AG405",
        _E,
        "Published manifest was changed by hand",
        "A manifest in the folder that people read has other bytes than the generation that was published there. "
        "What is edited there is in no source, and the next publication would take it away without a word. Where the "
        "folder is tracked by git, a checkout of another commit changes it as well.",
        "`doit rollback N` with the number of the current generation puts the published bytes back; where git changed "
        "the folder, `git checkout COMMIT -- FOLDER` from the commit of that publication does, too. Then write a "
        "change that is meant into source or the authored file of the module, and publish it by a new plan: none is "
        "published while the folder is not as it was left.",
    ),
    CodeEntry(
        "AG406",
        _E,
        "Published manifest is missing",
        "A manifest of the current generation is not in the folder that people read, or cannot be read there. Whoever "
        "looks for the module finds nothing.",
        "Put the published tree back: `doit rollback N` with the number of the current generation, which "
        "`doit generations` shows.",
    ),
    CodeEntry(
        "AG407",
        _E,
        "File in the published folder that nobody published",
        "The folder that people read holds something which is no part of the current generation. Readers take it "
        "for a manifest, and nobody stands for it.",
        "Remove it, or move it out of `publish_to`. `doit rollback N` with the number of the current generation "
        "makes the folder exactly what was published.",
    ),
    CodeEntry(
        "AG408",
        _E,
        "More promotions than a run may have",
        "More modules gain a star than `max_promotions_run` of the rules allows. A small change of a rule can move "
        "half a monorepo, and nobody reviews that many at a time.",
        "Make the rule narrower, or publish in steps with `do_not_promote`. If so many are meant, raise the limit "
        "and run `doit pin`.",
    ),
    CodeEntry(
        "AG409",
        _E,
        "More promotions to one star than allowed",
        "More modules gain the same star than `max_promotions_per_star` of the rules allows. One rule that matches "
        "too much usually stands behind it.",
        "Make the rules of that star narrower; `doit info MODULE` shows which one fired. If so many are meant, "
        "raise the limit and run `doit pin`.",
    ),
    CodeEntry(
        "AG410",
        _E,
        "Too few modules are Supporting",
        "The share of modules that are Supporting and nothing else is below `min_supporting_percentage`. A "
        "constellation in which everything is special tells nobody what matters.",
        "Make the rules narrower or raise `min_autopromote`. If the limit is wrong, change it and run `doit pin`.",
    ),
    CodeEntry(
        "AG411",
        _W,
        "Too few modules were Supporting already",
        "The share of Supporting modules is below `min_supporting_percentage`, and was so in what is published. "
        "This run has not made it worse, so it is not blamed for it.",
        "Make the rules narrower or raise `min_autopromote` when there is time for it; the share is in the notes "
        "of the gate.",
    ),
    CodeEntry(
        "AG412",
        _E,
        "Known violation that is none any more",
        "An entry of `rules/known_violations.yaml` matches no finding: it has been mended, or the module is gone. An "
        "entry that stays would hide the next violation of the same kind.",
        "Remove the entry. The list may only shrink, and this is how it does.",
    ),
    CodeEntry(
        "AG413",
        _E,
        "Known violations have grown",
        "`rules/known_violations.yaml` has an entry that it did not have when the current generation was published. "
        "The list is for what was there at adoption, and may only shrink.",
        "Remove the entry and mend the violation itself.",
    ),
    CodeEntry(
        "AG414",
        _E,
        "Audit artifact is missing or cannot be read",
        "A file that belongs under `build/audit` is not there, or is not what its format says. A report that is "
        "missing reads like a report with nothing in it.",
        "Run `doit`, which makes it again. If it is missing still, the failed task of this artifact says why.",
    ),
    CodeEntry(
        "AG415",
        _E,
        "Audit artifact disagrees with the ledger",
        "A total in an audit artifact is not the one that the ledger gives. One of them was edited, or was made "
        "from another state of the workspace.",
        "Run `doit`, which makes what is stale again. If it is told again, run `doit clean` and `doit`.",
    ),
    CodeEntry(
        "AG416",
        _E,
        "What a gate reads cannot be read",
        "The gate could not read what it has to judge: a damaged record of what is published, or a file of "
        "people that cannot be used. A gate that cannot look does not pass.",
        "Mend the file the message names. A damaged generation is put right by `doit rollback N` to one that is "
        "whole; `doit generations` shows them.",
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
        "AG601",
        _E,
        "Plan is not approved",
        "There is a plan, and nobody has approved it. Nothing is published without a person's word on exactly "
        "this plan.",
        "Look at the sample with `doit canary`, then run `doit approve`.",
    ),
    CodeEntry(
        "AG602",
        _E,
        "Approval has expired",
        "The plan was approved, and the approval has run out before it was used. What a person saw days ago may "
        "not be what they would approve today.",
        "Look at the sample with `doit canary`, then run `doit approve` again.",
    ),
    CodeEntry(
        "AG603",
        _E,
        "Approval is worth nothing",
        "There is an approval file, and it does not count. It was edited, given in another clone or before the last "
        "publication, or signed wrongly, or others than its owner can write it.",
        "Run `doit approve`, which is the only way an approval comes about.",
    ),
    CodeEntry(
        "AG604",
        _E,
        "Plan is stale",
        "Something the plan rests on has changed since it was made: source, authored facts, policy, settings, or "
        "what is published. The message names it.",
        "Run `doit plan` and have the new plan approved.",
    ),
    CodeEntry(
        "AG610",
        _E,
        "No generation to go back to",
        "The current generation has a parent, and that one is not there any more. If this publication turns out to "
        "be wrong, nothing could take it back.",
        "Restore its folder under `build/generations` from a backup, or publish anew: the generation that is "
        "current now is then the one to go back to.",
    ),
    CodeEntry(
        "AG611",
        _E,
        "Generation is damaged",
        "Files of a generation are missing, or do not have the digests that were recorded when it was sealed. It "
        "could not be put back byte for byte.",
        "Restore its folder under `build/generations` from a backup; `doit generations --verify` shows which are "
        "whole. If it is the current one, `doit rollback N` to one that is whole is the other way out.",
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
