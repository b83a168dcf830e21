"""The Python source of one generated package: six files of the sizes, imports and shapes of real ones.

A file has a docstring, imports, a constant, classes with methods and functions, 1.5 to 2 KB in the mean. No
two packages have equal files: equal bytes would be parsed once and make a build look faster than it is.
"""

from __future__ import annotations

from benchmarks.dice import Dice
from benchmarks.naming import class_prefix, imported_modules, module_at
from benchmarks.words import EXTERNAL, ROLES, STANDARD_LIBRARY, THINGS, VERBS

FILES_PER_PACKAGE = 6


def package_files(*, index: int, packages: int, seed: int) -> list[tuple[str, str]]:
    """Return the (file name, text) pairs of package `index`; `__init__.py` first."""
    dice = Dice(seed=seed, index=index)
    module = module_at(index)
    imported = imported_modules(index=index, packages=packages, dice=dice)
    with_test = dice.chance(0.33)
    siblings = ["model", *dice.some(ROLES, count=FILES_PER_PACKAGE - (3 if with_test else 2))]
    files = [("__init__.py", _front(module, siblings=siblings, dice=dice))]
    for place, role in enumerate(siblings):
        share = imported[place :: len(siblings)]
        files.append((f"{role}.py", _sibling(module, role=role, imported=share, dice=dice)))
    if with_test:
        files.append((f"test_{module.rpartition('/')[2]}.py", _test(module, dice=dice)))
    return files


def _front(module: str, *, siblings: list[str], dice: Dice) -> str:
    prefix = class_prefix(module)
    names = [f"{prefix}{role.capitalize()}" for role in siblings]
    exports = "".join(f"    {name!r},\n" for name in sorted(names)).replace("'", '"')
    imports = "".join(f"from .{role} import {name}\n" for role, name in sorted(zip(siblings, names, strict=True)))
    return (
        f'"""{_sentence(module, dice)}"""\n\nfrom __future__ import annotations\n\n{imports}\n'
        f'__all__ = [\n{exports}]\n\nREVISION = "{dice.below(9)}.{dice.below(40)}"\n\n\n{_function(dice)}'
    )


def _sibling(module: str, *, role: str, imported: list[str], dice: Dice) -> str:
    name = f"{class_prefix(module)}{role.capitalize()}"
    blocks = [_class(name, dice)]
    while dice.chance(0.55):
        blocks.append(_function(dice))
    if dice.chance(0.25):
        blocks.append(_class(f"{dice.pick(VERBS).capitalize()}{dice.pick(THINGS).capitalize()}", dice))
    return (
        f'"""{_sentence(module, dice)}"""\n\n{_imports(imported, dice)}\n'
        f"DEFAULT_{dice.pick(THINGS).upper()} = {1 + dice.below(5000)}\n"
        f"_LIMITS = {{{_limits(dice)}}}\n\n\n" + "\n\n".join(blocks)
    )


def _test(module: str, *, dice: Dice) -> str:
    name = f"{class_prefix(module)}Model"
    cases = "\n\n".join(_case(name, place=place, dice=dice) for place in range(3 + dice.below(5)))
    return f"from {module.replace('/', '.')}.model import {name}\n\n\n{cases}"


def _case(name: str, *, place: int, dice: Dice) -> str:
    weight = dice.below(90)
    return (
        f"def test_{dice.pick(VERBS)}_{dice.pick(THINGS)}_{place}() -> None:\n"
        f'    found = {name}(name="{dice.pick(THINGS)}", weight={weight})\n'
        f"    assert found.weight == {weight}\n"
    )


def _imports(imported: list[str], dice: Dice) -> str:
    standard = sorted(dice.some(STANDARD_LIBRARY, count=1 + dice.below(3)))
    lines = ["from __future__ import annotations", "", *(f"import {name}" for name in standard)]
    if dice.chance(0.3):
        lines += ["", f"import {dice.pick(EXTERNAL)}"]
    if imported:
        lines.append("")
        lines += [f"from {path.replace('/', '.')}.model import {class_prefix(path)}Model" for path in imported]
    return "\n".join(lines) + "\n"


def _limits(dice: Dice) -> str:
    return ", ".join(f'"{thing}": {dice.below(900)}' for thing in dice.some(THINGS, count=2 + dice.below(4)))


def _sentence(module: str, dice: Dice) -> str:
    verb, first, second = dice.pick(VERBS), dice.pick(THINGS), dice.pick(THINGS)
    place = module.replace("/", " ").replace("_", " ")
    return f"{verb.capitalize()} each {first} of the {place} before its {second} is {dice.pick(VERBS)}d."


def _class(name: str, dice: Dice) -> str:
    field = dice.pick(THINGS)
    methods = "".join(_method(field, dice) for _ in range(1 + dice.below(4)))
    return (
        f"class {name}:\n"
        f'    """Keep one {field} and what was said of it."""\n\n'
        f'    def __init__(self, name: str = "{field}", weight: int = {dice.below(90)}) -> None:\n'
        f"        self.name = name\n"
        f"        self.weight = weight\n"
        f"        self._{field}: list[int] = []\n"
        f"{methods}"
    )


def _method(field: str, dice: Dice) -> str:
    verb, thing = dice.pick(VERBS), dice.pick(THINGS)
    awaited = "async " if dice.chance(0.15) else ""
    return (
        f"\n    {awaited}def {verb}_{thing}"
        f"(self, amount: int, *, scale: float = {dice.below(99) / 10}) -> int:\n"
        f'        """{verb.capitalize()} the {thing}; negative amounts count as none."""\n'
        f"        if amount < {dice.below(20)} or not self.name:\n"
        f"            return {dice.below(3)}\n"
        f"        self._{field}.append(int(amount * scale) + {dice.below(700)})\n"
        f"        return sum(self._{field}[-{1 + dice.below(9)} :])\n"
    )


def _function(dice: Dice) -> str:
    verb, thing, other = dice.pick(VERBS), dice.pick(THINGS), dice.pick(THINGS)
    return (
        f"def {verb}_{thing}s"
        f"(values: list[dict[str, int]], *, floor: int = {dice.below(50)}) -> dict[str, int]:\n"
        f'    """{verb.capitalize()} every {thing} of `values` above `floor`, by {other}.\n\n'
        f"    Values without a {other} count as {dice.below(9)}.\n"
        f'    """\n'
        f"    totals: dict[str, int] = {{}}\n"
        f"    for value in values:\n"
        f'        key = str(value.get("{other}", {dice.below(9)}))\n'
        f'        amount = value.get("{thing}", floor) * {1 + dice.below(12)}\n'
        f"        if amount > floor:\n"
        f"            totals[key] = totals.get(key, {dice.below(4)}) + amount\n"
        f"    return dict(sorted(totals.items()))\n"
    )
