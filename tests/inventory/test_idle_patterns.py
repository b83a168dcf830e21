"""Patterns of `exclude` that leave nothing out: each is a warning with the likely cause."""

import pytest
from support import Workspace


@pytest.fixture
def shop(ws: Workspace) -> Workspace:
    for module in ("shop", "shop/cart", "shop/generated", "shop/generated/deep"):
        ws.package(module, "")
    return ws


@pytest.mark.parametrize(
    ("pattern", "cause", "fix"),
    [
        ("shop/generated", "it is relative to a source root instead of the workspace", "write 'src/shop/generated'"),
        ("/shop/generated/", "relative to a source root", "write 'src/shop/generated/'"),
        ("./src/shop/generated", "does not begin with `./`", "write 'src/shop/generated'"),
        ("./shop/generated", "does not begin with `./`; it is relative", "write 'src/shop/generated'"),
        ("src\\\\shop\\\\generated", "not by a backslash", "write 'src/shop/generated'"),
        ("SRC/SHOP/generated", "upper and lower case differ", "write 'src/shop/generated'"),
        ("src/shop/{cart,generated}", "braces are not expanded", "each: src/shop/cart, src/shop/generated"),
        ("src/shop/cart/__init__.py", "only folders can be left out, not files", "correct it, or remove it"),
        ("vendored/", "no folder matches it", "correct it, or remove it"),
        ("!vendored/", "no folder matches it", "correct it, or remove it"),
    ],
)
def test_a_pattern_without_effect_is_told_with_its_cause(shop: Workspace, pattern: str, cause: str, fix: str) -> None:
    shop.settings(f'exclude = [\n  "{pattern}",\n]')

    assert shop.run("validate").exit == 0

    (found,) = shop.gate("paths")["findings"]
    assert (found["code"], found["severity"], found["path"]) == ("AG114", "warning", "pyproject.toml")
    assert shop.path("pyproject.toml").read_text().splitlines()[found["line"] - 1] == f'  "{pattern}",'
    assert cause in found["message"]
    assert fix in found["fix"]


@pytest.mark.parametrize(
    "patterns",
    [
        ["src/shop/generated"],
        ["**/generated/"],
        ["src/shop/generated", "src/shop/generated/deep"],
        ["**/generated/", "!src/shop/generated/"],
        ["node_modules/", ".venv", "**/__pycache__/", "build"],
    ],
)
def test_a_pattern_with_an_effect_or_a_usual_name_is_not_told(shop: Workspace, patterns: list[str]) -> None:
    shop.settings(f"exclude = {patterns}")

    assert shop.run("validate").exit == 0

    assert shop.codes("paths") == []


def test_a_corrected_pattern_is_judged_again(shop: Workspace) -> None:
    shop.settings('exclude = ["shop/generated"]')
    shop.run("validate")
    assert shop.codes("paths") == ["AG114"]
    text = shop.path("pyproject.toml").read_text()
    shop.write("pyproject.toml", text.replace('"shop/generated"', '"src/shop/generated"'))

    shop.run("validate")

    assert (shop.codes("paths"), "shop/generated" in shop.manifests()) == ([], False)
