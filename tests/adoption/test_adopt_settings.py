"""`[[tool.astrograph.adopt]]`: what it says, and what is told when it cannot be used."""

import pytest
from support import Workspace

from astrograph.errors import ConfigurationError
from astrograph.formats.settings import read_settings
from astrograph.model.adoption import Condition, JsonType, Shape, Source, Take
from astrograph.model.workspace import Workspace as Settings


def read(text: str) -> Settings:
    return read_settings(f"[tool.astrograph]\n{text}".encode(), root="/ws", manifest_fields={})


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    return [value for _, value in caught.value.fields]


def test_a_shape_in_full() -> None:
    settings = read("""
adopt_name = "manifest.json"

[[tool.astrograph.adopt]]
name = "component"
match = { "/domain" = { type = "string" }, "/codeowners" = true, "/old" = false, "/v" = { equals = [1, "x"] } }
decided = false

[tool.astrograph.adopt.fields]
tags = ["/type", "/class"]
owner = { pointer = "/codeowners", take = "join", separator = " " }
tier = { pointer = "/scale", values = { gold = "T1_critical" } }
""")
    assert settings.adopt_name == "manifest.json"
    assert settings.adopt == (
        Shape(
            name="component",
            match=(
                (
                    Condition("/codeowners"),
                    Condition("/domain", type=JsonType.TEXT),
                    Condition("/old", exists=False),
                    Condition("/v", equals='[1,"x"]'),
                ),
            ),
            fields=(
                ("owner", Source(("/codeowners",), Take.JOIN, " ")),
                ("tier", Source(("/scale",), values=(("gold", "T1_critical"),))),
                ("tags", Source(("/type", "/class"))),
            ),
            decided=False,
        ),
    )


def test_several_tables_in_match_are_alternatives() -> None:
    (shape,) = read(
        '[[tool.astrograph.adopt]]\nname = "x"\nmatch = [{ "/a" = true }, { "/b" = true, "/c" = true }]\n'
    ).adopt
    assert shape.match == ((Condition("/a"),), (Condition("/b"), Condition("/c")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("adopt = 1", "adopt must be an array of tables: write [[tool.astrograph.adopt]]"),
        ('adopt_name = "a/b.json"', "adopt_name must be the name of a file, without a folder, not 'a/b.json'"),
        ("[[tool.astrograph.adopt]]\nmatch = {}", "adopt[0].name must be a text that is not empty"),
        (
            '[[tool.astrograph.adopt]]\nname = "x"',
            "adopt[0].match must be a table of JSON pointers, or a list of such tables; an empty table matches all",
        ),
        (
            '[[tool.astrograph.adopt]]\nname = "x"\nmatch = {}\nfeilds = {}',
            "adopt[0].feilds is not a key; did you mean 'fields'?",
        ),
        (
            '[[tool.astrograph.adopt]]\nname = "x"\nmatch = { a = true }',
            "adopt[0].match.'a': 'a' is not a JSON pointer such as '/metadata/owner'",
        ),
        (
            '[[tool.astrograph.adopt]]\nname = "x"\nmatch = { "/a" = 1 }',
            'adopt[0].match.\'/a\' must be true, false, or a table such as { type = "string" } or { equals = "x" }',
        ),
        (
            '[[tool.astrograph.adopt]]\nname = "x"\nmatch = { "/a" = { type = "text" } }',
            "adopt[0].match.'/a'.type must be one of string, number, boolean, null, array, object, not \"text\"",
        ),
        (
            '[[tool.astrograph.adopt]]\nname = "x"\nmatch = { "/a" = { equals = 2024-01-01 } }',
            "adopt[0].match.'/a'.equals must be a JSON value",
        ),
        (
            '[[tool.astrograph.adopt]]\nname = "x"\nmatch = {}\nfields = { owners = "/a" }',
            "adopt[0].fields.owners is not a key; did you mean 'owner'?",
        ),
        (
            '[[tool.astrograph.adopt]]\nname = "x"\nmatch = {}\nfields = { tier = { pointer = "/a", take = "join" } }',
            'adopt[0].fields.tier.take must be only, first, or (for owner, description, lane, node) join, not "join"',
        ),
        (
            '[[tool.astrograph.adopt]]\nname = "x"\nmatch = {}\nfields.tier = { pointer = "/a", values = { x = 1 } }',
            "adopt[0].fields.tier.values must be a table of old texts and the new text of each",
        ),
        (
            '[[tool.astrograph.adopt]]\nname = "x"\nmatch = {}\nfields = { tier = [] }',
            (
                "adopt[0].fields.tier must be a JSON pointer such as '/metadata/owner', a list of them, "
                "or a table with `pointer`"
            ),
        ),
        (
            '[[tool.astrograph.adopt]]\nname = "x"\nmatch = {}\ndecided = 1',
            "adopt[0].decided must be true or false, not 1",
        ),
        (
            '[[tool.astrograph.adopt]]\nname = "x"\nmatch = {}\n[[tool.astrograph.adopt]]\nname = "x"\nmatch = {}',
            "adopt: two shapes are named 'x'",
        ),
    ],
)
def test_what_cannot_be_used_is_told(text: str, said: str) -> None:
    assert said in problems(text)


def test_every_problem_is_told_at_once() -> None:
    text = '[[tool.astrograph.adopt]]\nname = ""\nmatch = { "/a" = 1 }\nfields = { x = "/a", tier = "a" }\n'
    assert len(problems(text)) == 4


def test_a_workspace_with_shapes_builds_as_before(ws: Workspace) -> None:
    ws.package("api")
    head, tail = ws.path("pyproject.toml").read_text().split("[tool.doit]", 1)
    ws.write("pyproject.toml", f'{head}[[tool.astrograph.adopt]]\nname = "x"\nmatch = {{}}\n\n[tool.doit]{tail}')
    assert ws.run().exit == 0
