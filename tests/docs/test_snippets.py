"""What the documents show is what happens: their snippets are run, in a copy of this repository.

Each fenced block says what it is by its language:

- `console`: lines that start with `$ ` are run, what follows is what they print (`...` stands for anything,
  durations for any duration); `[exit 3]` as the last line says how they end, success where there is none;
- `python`: executed, with `>>>` as a doctest; the blocks of a document share their names;
- `toml`, `yaml`, `json`: read as the product reads them;
- `sh`: installs from the network, so its text is held against the two commands that `.ci/run` runs;
- `text`: a drawing or a form, nothing to run.

Lines above a block may say more: `<!-- snippet: save as PATH -->` writes the block to a file first,
`<!-- snippet: in an empty folder -->` begins anew in one, `<!-- snippet: in the repository -->` comes back,
and `<!-- snippet: not run: REASON -->` is the only way to show something that is not run.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from astrograph.errors import ConfigurationError
from astrograph.formats.settings import read_settings
from astrograph.formats.strict_json import decode as decode_json
from astrograph.formats.strict_yaml import decode as decode_yaml
from astrograph.manifest.fields import placeable_fields

ROOT = Path(__file__).resolve().parents[2]

MEASURED = {"docs/PERFORMANCE.md"}
"""Documents whose commands measure for minutes: held to name modules that exist, and run by hand."""

DOCUMENTS = [
    name
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if (name := path.relative_to(ROOT).as_posix()) not in MEASURED
]

INSTALLING = (
    "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/doit",
    "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest",
)

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[^\s`]*)\s*$")
_MARKER = re.compile(r"<!-- snippet: (?P<order>.+?) -->")
_EXIT = re.compile(r"\[exit (\d+)\]")
_PROGRESS = re.compile(r"^[\d,]+ of [\d,]+ tasks, [\d,]+/s, .* s left\n", re.MULTILINE)
_DURATION = re.compile(r"\b\d+\.\d+ s\b")


@dataclass(frozen=True)
class Block:
    """One fenced block: where it starts, its language, its text, and what the markers above it order."""

    place: str
    language: str
    text: str
    orders: tuple[str, ...] = ()

    def ordered(self, kind: str) -> str:
        """What an order such as `save as ` names, `""` where there is none."""
        return next((each.removeprefix(kind) for each in self.orders if each.startswith(kind)), "")


@dataclass
class Scene:
    """Where the snippets of one document happen: a copy of the repository, or a folder begun empty."""

    base: Path
    source: Path = ROOT
    folder: Path = field(init=False)
    commands: int = 0
    names: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = self.base / "repository"
        hidden_or_made = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build")
        shutil.copytree(self.source, self.folder, ignore=hidden_or_made)

    def obey(self, block: Block) -> None:
        for order in block.orders:
            match order.partition(" ")[0], order:
                case _, "in an empty folder":
                    self.folder = self.base / f"empty-{len(list(self.base.iterdir()))}"
                    self.folder.mkdir()
                case _, "in the repository":
                    self.folder = self.base / "repository"
                case "save", _:
                    target = self.folder / block.ordered("save as ")
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(block.text + "\n", encoding="utf-8")
                case "not", _:
                    assert block.ordered("not run: "), f"{block.place}: say why it is not run"
                case _:
                    raise AssertionError(f"{block.place}: {order!r} is no order")

    def run(self, command: str) -> tuple[int, str]:
        self.commands += 1
        environment = {
            "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),
            "HOME": str(self.base),
            "LANG": "C.UTF-8",
            "LOGNAME": "reader",
            "NO_COLOR": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stdout.decode()


def blocks_of(text: str, name: str) -> list[Block]:
    """Every fenced block of a Markdown text; an unclosed one is an error."""
    blocks: list[Block] = []
    opened: tuple[int, str] | None = None
    inside: list[str] = []
    orders: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        fence = _FENCE.match(line)
        if opened is None:
            marker = _MARKER.fullmatch(line.strip())
            if fence is not None:
                opened = (number, fence["language"])
                inside = []
            elif marker is not None:
                orders.append(marker["order"])
            elif line.strip():
                orders = []
        elif fence is not None and not fence["language"]:
            body = textwrap.dedent("\n".join(inside))
            blocks.append(Block(f"{name}:{opened[0]}", opened[1], body, tuple(orders)))
            opened = None
            orders = []
        else:
            inside.append(line)
    if opened is not None:
        raise AssertionError(f"{name}:{opened[0]}: the block is not closed")
    return blocks


def commands_of(block: Block) -> Iterator[tuple[str, str, int]]:
    """Each command of a console block, with the output and the exit code it is shown with."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        lines = shown.rstrip().split("\n")
        code = _EXIT.fullmatch(lines[-1])
        yield command, "\n".join(lines[:-1] if code else lines).rstrip(), int(code[1]) if code else 0


def shows(expected: str, actual: str) -> bool:
    """Whether `actual` is what `expected` shows: `...` is anything, durations are equal, progress does not count."""
    wanted = [re.escape(_DURATION.sub("0.00 s", part)) for part in expected.split("...")]
    lines = _PROGRESS.sub("", _DURATION.sub("0.00 s", actual)).splitlines()
    plain = "\n".join(line.rstrip() for line in lines)
    return re.fullmatch("(?s:.*)".join(wanted), plain.rstrip()) is not None


def play(block: Block, scene: Scene) -> None:
    """Do what a block shows, and hold what happens against it."""
    scene.obey(block)
    if block.ordered("not run: "):
        return
    match block.language:
        case "console":
            play_console(block, scene)
        case "python":
            play_python(block, scene)
        case "toml":
            table = block.text if "[tool.astrograph" in block.text else f"[tool.astrograph]\n{block.text}"
            read_settings(table.encode(), root=str(scene.folder), manifest_fields=placeable_fields())
        case "yaml":
            assert decode_yaml(block.text.encode()).problems == ()
        case "json":
            decode_json(block.text.encode())
        case "sh":
            assert block.text in INSTALLING, f"{block.place}: a command that .ci/run does not run"
        case "text":
            pass
        case other:
            raise AssertionError(f"{block.place}: {other!r} is no language that snippets are written in")


def play_console(block: Block, scene: Scene) -> None:
    assert block.text.startswith("$ "), f"{block.place}: a console block starts with a command"
    for command, expected, code in commands_of(block):
        actual_code, actual = scene.run(command)
        shown = f"{block.place}: $ {command}\n--- shown, exit {code}\n{expected}"
        assert (actual_code, shows(expected, actual)) == (code, True), (
            f"{shown}\n--- happened, exit {actual_code}\n{actual}"
        )


def play_python(block: Block, scene: Scene) -> None:
    scene.commands += 1
    before = os.getcwd()
    os.chdir(scene.folder)
    try:
        if ">>>" not in block.text:
            exec(compile(block.text, block.place, "exec"), scene.names)
            return
        test = doctest.DocTestParser().get_doctest(block.text + "\n", scene.names, block.place, block.place, 0)
        told: list[str] = []
        result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append, clear_globs=False)
        scene.names.update(test.globs)
        assert (result.failed, result.attempted > 0) == (0, True), "".join(told)
    finally:
        os.chdir(before)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_document_shows_is_what_happens(name: str, tmp_path: Path) -> None:
    blocks = blocks_of((ROOT / name).read_text(encoding="utf-8"), name)
    if not blocks:
        return
    scene = Scene(tmp_path)
    for block in blocks:
        play(block, scene)
    runnable = [each for each in blocks if each.language in {"console", "python"} and not each.ordered("not run: ")]
    assert scene.commands >= len(runnable)


@pytest.mark.parametrize("name", ["README.md", "docs/ARCHITECTURE.md", "docs/CONFIGURATION.md", "CONTRIBUTING.md"])
def test_the_documents_for_readers_have_snippets_that_run(name: str) -> None:
    blocks = blocks_of((ROOT / name).read_text(encoding="utf-8"), name)

    assert any(block.language in {"console", "python", "toml"} and not block.orders for block in blocks)


@pytest.mark.parametrize("name", sorted(MEASURED))
def test_measuring_commands_name_modules_that_exist(name: str) -> None:
    named = set(re.findall(r"python -m ([\w.]+)", (ROOT / name).read_text(encoding="utf-8")))
    assert named

    missing = [module for module in named if not (ROOT / f"{module.replace('.', '/')}.py").is_file()]

    assert missing == []


# The checker itself: what it must let through, and what it must not.


@pytest.mark.parametrize(
    ("expected", "actual", "verdict"),
    [
        ("3 built in 0.15 s", "3 built in 2.01 s\n", True),
        ("3 built in 0.15 s", "4 built in 0.15 s\n", False),
        ("first\n...\nlast", "first\nsecond\nthird\nlast\n", True),
        ("first\n...\nlast", "first\nsecond\n", False),
        ("pass  pins", "pass  pins   \n", True),
        ("", "", True),
        ("", "something\n", False),
        ("a+b", "a+b\n", True),
        ("a+b", "aab\n", False),
    ],
)
def test_output_is_compared_to_the_letter_but_for_dots_and_durations(expected: str, actual: str, verdict: bool) -> None:
    assert shows(expected, actual) is verdict


@pytest.mark.parametrize(
    ("markdown", "complaint"),
    [
        ("```console\n$ false\n```", "exit 1"),
        ("```console\n$ true\n[exit 1]\n```", "exit 1"),
        ("```console\n$ echo one\ntwo\n```", "happened"),
        ("```console\necho one\n```", "starts with a command"),
        ("```\necho one\n```", "no language"),
        ("```sh\npip install something\n```", "does not run"),
        ("```python\n>>> 1 + 1\n3\n```", "Expected"),
        ("```toml\nsource_root = ['.']\n```", "source_root is not a key"),
        ("<!-- snippet: not run: -->\n```console\n$ true\n```", "say why"),
        ("<!-- snippet: skip -->\n```console\n$ true\n```", "no order"),
    ],
)
def test_a_snippet_that_lies_is_caught(markdown: str, complaint: str, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    (block,) = blocks_of(markdown, "lie.md")

    with pytest.raises((AssertionError, ConfigurationError), match=complaint):
        play(block, Scene(tmp_path, source=nothing))


def test_a_block_that_is_not_closed_is_an_error() -> None:
    with pytest.raises(AssertionError, match=r"open\.md:1: the block is not closed"):
        blocks_of("```console\n$ true\n", "open.md")


def test_a_marker_speaks_for_the_block_below_it_only() -> None:
    text = "<!-- snippet: save as a.json -->\n\n```json\n1\n```\n\n```json\n2\n```\n"

    assert [block.orders for block in blocks_of(text, "x.md")] == [("save as a.json",), ()]
