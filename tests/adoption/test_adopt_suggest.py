"""`doit adopt --suggest`: configuration that can be pasted, and that adopts."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

from old_trees import module_names, write_old_tree, write_packages
from reading import told
from support import Run, Workspace

from astrograph.formats.settings import read_settings


def paste(space: Workspace, text: str) -> None:
    head, tail = space.path("pyproject.toml").read_text().split("[tool.doit]", 1)
    space.write("pyproject.toml", f"{head}{text}\n[tool.doit]{tail}")


def test_what_is_suggested_is_read_and_adopts_every_document(tmp_path: Path) -> None:
    space = Workspace.make(tmp_path / "ws")
    modules = module_names(40)
    write_packages(space.root / "src", modules)
    write_old_tree(space.root / "old", modules, scars=False)
    run = space.run("adopt", "--from", str(space.path("old")), "--suggest")
    assert run.exit == 0
    settings = read_settings(f"[tool.astrograph]\n{run.out}".encode(), root="/ws", manifest_fields={})
    assert len(settings.adopt) == 4
    paste(space, run.out)
    document = told(space.run("adopt", "--from", str(space.path("old")), "--dry-run", "--json"))
    assert document["totals"]["by_standing"]["adopted"] == 40
    assert {each["shape"] for each in document["documents"]} == {shape.name for shape in settings.adopt}


def test_a_strangers_tree(space: Workspace, old: Callable[..., str]) -> None:
    for index, module in enumerate(("memory/fold", "core/types", "api")):
        scale = {"quality_scale": ["gold", "bronze"][index]} if index < 2 else {}
        integration = {"domain": module, "name": module.upper(), "codeowners": ["@a", "@b"], "integration_type": "hub"}
        old(module, {**integration, **scale}, name="manifest.json")
    run = space.run("adopt", "--from", str(space.path("old")), "--name", "manifest.json", "--suggest")
    assert run.out == (
        "# Guessed from the names of keys: correct it, then put it behind [tool.astrograph].\n"
        "\n"
        "# 3 documents, such as old/core/types/manifest.json\n"
        "[[tool.astrograph.adopt]]\n"
        'name = "shape-1"\n'
        'match = { "/codeowners" = true, "/integration_type" = true }\n'
        "\n"
        "[tool.astrograph.adopt.fields]\n"
        'owner = { pointer = "/codeowners", take = "first" }  # in all of them; `take` may be "join" too\n'
        'tier = "/quality_scale"  # in 2 of 3\n'
        "# values that are no tier: bronze (1), gold (1)\n"
        "# which tier each of them is, a person has to say; instead of the line above, with every blank filled:\n"
        '# tier = { pointer = "/quality_scale", values = { "bronze" = "", "gold" = "" } }\n'
        "# tiers: T1_critical, T2_important, T3_standard, T4_experimental\n"
        'tags = "/integration_type"  # in all of them\n'
    )


def test_what_only_a_person_can_know_is_left_blank_and_a_blank_is_refused(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    old("api", {"team": "x", "criticality": "gold", "primary_star": "the bright one"})
    text = adopt("--suggest").out
    assert "T1_critical" not in text.replace("# tiers: T1_critical", "")
    blank = {"tier": '{ "gold" = "" }', "stars": '{ "the bright one" = "" }'}
    for name, values in blank.items():
        (line,) = [line for line in text.splitlines() if line.startswith(f"# {name} = ")]
        assert line.endswith(f"values = {values} }}")
    pasted = [line for line in text.splitlines() if not line.startswith("tier = ")]
    paste(space, "\n".join(line.removeprefix("# ") if line.startswith("# tier = ") else line for line in pasted))
    run = adopt("--dry-run")
    assert (run.exit, run.out) == (3, "")
    assert ".tier.values: 'gold' stands for nothing yet" in run.err


def test_more_lines_than_there_is_room_for_are_where_the_text_says(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    for number in range(30):
        old(f"gone/p{number}", {"tier": "T3_standard", "lane": "labs"})
    rehearsed = adopt("--dry-run")
    assert "more lines; --json has all of them" in rehearsed.out
    assert not space.path("build/audit/adoption_report.json").exists()
    done = adopt()
    assert "more lines; build/audit/adoption_report.json has all of them" in done.out
    assert space.path("build/audit/adoption_report.json").exists()


def test_a_suggestion_writes_nothing_and_has_json(
    space: Workspace, old: Callable[..., str], adopt: Callable[..., Run]
) -> None:
    old("api", {"team": "x", "weird\n\x1b": 1})
    old("core/types", b"broken")
    before = sorted(space.root.rglob("*"))
    document = json.loads(adopt("--suggest", "--json").out)
    assert (document["documents"], document["readable"], len(document["groups"])) == (2, 1, 1)
    assert document["groups"][0]["fields"] == {"owner": ["/team"]}
    tomllib.loads(document["toml"])
    assert sorted(space.root.rglob("*")) == before


def test_nothing_to_suggest(space: Workspace, adopt: Callable[..., Run]) -> None:
    space.path("old").mkdir()
    assert adopt("--suggest").out == "# no readable document called module.manifest.json below old\n"
