"""Old trees that mean harm, or have met it: findings, no traceback, nothing lost."""

import json
import os
import sys
from collections.abc import Callable

import pytest
from reading import authored, codes, of_module, report, told
from support import Run, Workspace

from astrograph.formats.foreign_json import MAX_BYTES


def kept(space: Workspace, module: str) -> dict[str, bytes]:
    from astrograph.engine.session import Session

    with Session.open(str(space.root)) as session:
        entries = session.generations.entries(0)
        return {str(name): data for name, data in session.generations.manifests(0, entries) if name == module}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe{\x00}\x00",
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b"[" * 200_000,
        b'{"tier": "T1_critical"} trailing',
        b'{"a": "' + b"x" * (MAX_BYTES + 1) + b'"}',
        b"\x00" * 1000,
    ],
    ids=lambda data: f"{data[:12]!r}x{len(data)}",
)
def test_a_document_that_cannot_be_read_is_told_and_its_bytes_are_kept(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run], data: bytes
) -> None:
    path = old("api", data)
    assert adopt().exit == 1
    (found,) = report(space)["findings"]
    assert found["code"] in {"AG220", "AG221"}
    assert (found["path"], found["module"], found["severity"]) == (path, "api", "error")
    assert kept(space, "api") == {"api": data}
    assert not space.path("manifests_src/api.yaml").exists()


def test_a_document_of_50_mb_is_refused_unread(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    old("api", b'{"tier": "T1_critical", "blob": "' + b"x" * 50_000_000 + b'"}')
    assert adopt("--dry-run").exit == 1


def test_a_large_document_that_no_authored_file_holds_keeps_its_facts(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    old("api", {"tier": "T1_critical", "lane": "x", "blob": ["é" * 1000] * 900})
    old("core/types", {"tier": "T1_critical", "many": list(range(60_000))})
    assert adopt("--no-ratchet").exit == 0
    assert authored(space, "api") == {"tier": "T1_critical", "lane": "x"}
    line = of_module(report(space), "api")
    assert (line["equal"], line["not_carried"]) == (2, 900)
    assert of_module(report(space), "core/types")["not_carried"] == 60_000
    assert codes(report(space)) == ["AG232", "AG232"]


def test_repeated_keys_keep_every_value(space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]) -> None:
    old("api", b'{"tier": "T1_critical", "tier": "T2_important", "x": {"y": 1.10, "y": [NaN, {"z": 1, "z": 2}]}}')
    assert adopt().exit == 0
    assert authored(space, "api") == {
        "tier": "T2_important",
        "annotations": {
            "adopted": {"/x/y/1/z": 2},
            "adopted_exact": {"/x/y/0": "NaN"},
            "adopted_repeated": {"/tier": ['"T1_critical"'], "/x/y": ["1.10"], "/x/y/1/z": ["1"]},
        },
    }
    line = of_module(report(space), "api")
    assert (line["pointers"], line["equal"], line["carried"]) == (6, 1, 5)
    assert set(codes(report(space))) == {"AG230"}


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("1e400", "1e400"), ("NaN", "NaN"), ("-Infinity", "-Infinity"), ("123456789012345678901234567890",) * 2,
        ("0.1234567890123", "0.1234567890123"), ("-0", "-0"), ('"\\ud800"', '"\\ud800"'), ("1e-7", "1e-7"),
    ],
)  # fmt: skip
def test_what_no_manifest_holds_as_a_value_is_kept_as_its_text(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run], text: str, exact: str
) -> None:
    old("api", f'{{"tier": "T2_important", "x": {{"a": [1, {text}]}}}}'.encode())
    assert adopt().exit == 0
    annotations = space.manifest("api")["annotations"]
    assert annotations == {"adopted": {"/x/a/0": 1}, "adopted_exact": {"/x/a/1": exact}}
    assert of_module(report(space), "api")["not_carried"] == 0


def test_numbers_keep_value_and_text_where_both_can_be_kept(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    old("api", b'{"tier": "T2_important", "x": [1, 1.0, 1.10, 1e3, 2.5], "dates": ["2024-01-01", "", null, "no"]}')
    adopt()
    annotations = space.manifest("api")["annotations"]
    assert json.dumps(annotations["adopted"]) == json.dumps(
        {"/dates": ["2024-01-01", "", None, "no"], "/x": [1, 1.0, 1.1, 1000.0, 2.5]}
    )
    assert annotations["adopted_exact"] == {"/x/2": "1.10", "/x/3": "1e3"}


def test_deep_values_are_kept_in_pieces(space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]) -> None:
    value: object = {"end": "here"}
    for _ in range(90):
        value = {"d": value}
    old("api", {"tier": "T2_important", "deep": value})
    assert adopt().exit == 0
    assert of_module(report(space), "api")["not_carried"] == 0
    assert "here" in json.dumps(space.manifest("api"))


@pytest.mark.parametrize("module", ["memory.fold", ["memory"], 5, None, {"owner": 5, "tier": [], "path": "\x1b[31m"}])
def test_a_module_field_of_any_type(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run], module: object
) -> None:
    old("memory/fold", {"module": module, "tier": "T2_important", "lane": "x"})
    assert adopt().exit == 0
    assert of_module(report(space), "memory/fold")["not_carried"] == 0


def test_keys_of_every_kind_survive(space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]) -> None:
    odd = {"": 1, "a/b": 2, "~": 3, "~1": 4, "k" * 3000: 5, "\x00\x1b": 6, "no": 7, "<<": 8, "é\u2028": 9, "*": 10}
    old("api", {"tier": "T2_important", "odd": odd, "<<": {"x": 1}, "\ud800": 2})
    assert adopt().exit == 0
    adopted = space.manifest("api")["annotations"]
    assert adopted["adopted"]["/odd"] == odd
    assert adopted["adopted"]["/<<"] == {"x": 1}
    assert of_module(report(space), "api")["not_carried"] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that keeps cases apart")
def test_folders_that_differ_in_case_or_break_a_guard(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    old("memory/fold", {"tier": "T1_critical"})
    for folder in ("Memory/Fold", "MEMORY/fold", "memory/fold ", "memory/a\nb", "memory/\u0301e"):
        old(folder, {"tier": "T2_important"})
    run = adopt("--json", "--no-ratchet")
    document = told(run)
    assert (run.exit, document["totals"]["by_standing"]["adopted"], document["totals"]["by_standing"]["missing"]) == (
        0,
        1,
        5,
    )
    assert codes(document) == ["AG222"] * 5
    assert authored(space, "memory/fold") == {"tier": "T1_critical"}


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes are those of POSIX")
def test_links_pipes_and_folders_in_place_of_documents(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    old("core/types", {"tier": "T2_important"})
    (space.path("old/api")).mkdir(parents=True)
    os.symlink(space.path("old/core/types/module.manifest.json"), space.path("old/api/module.manifest.json"))
    space.path("old/memory/fold").mkdir(parents=True)
    os.mkfifo(space.path("old/memory/fold/module.manifest.json"))
    space.path("old/x/module.manifest.json").mkdir(parents=True)
    os.symlink(space.path("old"), space.path("old/loop"))
    run = adopt("--json")
    document = told(run)
    assert run.exit == 1
    assert [(each["module"], each["standing"]) for each in document["documents"]] == [
        ("api", "unreadable"),
        ("core/types", "adopted"),
        ("memory/fold", "unreadable"),
    ]


def test_names_that_are_not_utf_8(space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]) -> None:
    folder = os.fsencode(space.path("old")) + b"/caf\xe9"
    try:
        os.makedirs(folder)
    except OSError:
        pytest.skip("this file system takes no such name")
    with open(folder + b"/module.manifest.json", "wb") as stream:
        stream.write(b'{"tier": "T2_important"}')
    document = told(adopt("--json"))
    assert [(each["standing"], each["path"]) for each in document["documents"]] == [
        ("missing", r"old/caf\udce9/module.manifest.json")
    ]


def test_text_for_a_terminal_is_escaped(space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]) -> None:
    old("api", {"tier": "\x1b[31mred", "lane": "x", "constellation_stars": ["\x1b]0;x\x07"]})
    run = adopt()
    assert "\x1b" not in run.out + run.err
    assert "AG226" in run.err


def test_two_documents_for_one_module(space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]) -> None:
    old("api", {"tier": "T2_important"})
    old("src/api", {"tier": "T3_standard"})
    old("core/types", {"tier": "T2_important"})
    old("src/core/types", {"tier": "T2_important"})
    assert adopt().exit == 1
    assert authored(space, "api") == {"tier": "T2_important"}
    assert [(found["code"], found["path"]) for found in report(space)["findings"]] == [
        ("AG225", "old/src/api/module.manifest.json"),
        ("AG223", "old/src/core/types/module.manifest.json"),
    ]


def test_wrong_words_are_told(space: Workspace) -> None:
    assert space.run("adopt").exit == 3
    assert "is not a folder" in space.run("adopt", "--from", str(space.path("nowhere"))).err
    assert space.run("adopt", "--from", str(space.path("src")), "extra").exit == 3


def test_a_document_that_changes_meanwhile_is_not_sealed(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    from astrograph.engine.adoption.adopter import Adopter, Adoption

    old("api", {"tier": "T2_important"})
    write = Adopter.write

    def meddle(self: Adopter, adoption: Adoption) -> int:
        old("api", {"tier": "T3_standard"})
        return write(self, adoption)

    monkeypatch.setattr(Adopter, "write", meddle)
    run = adopt()
    assert (run.exit, "an old document changed while it was adopted" in run.err) == (2, True)
