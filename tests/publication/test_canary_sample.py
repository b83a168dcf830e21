"""The sample: stratified, deterministic, with all that is critical; and the documents made of it."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astrograph.errors import UsageError
from astrograph.model.digests import Sha256
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId, stratum_of
from astrograph.model.plan import CanarySample, ChangeKind, ModuleChange
from astrograph.publication.report import canary_list_text
from astrograph.publication.sampling import SIZE_UNIT, draw, sample_of, strata_of

TENTH = SIZE_UNIT // 10


def modules(*sizes: int) -> list[ModuleId]:
    """So many modules in each of the strata s0, s1, ..."""
    return [ModuleId(f"s{stratum}/m{i}") for stratum, size in enumerate(sizes) for i in range(size)]


def by_digest(ids: list[ModuleId]) -> list[ModuleId]:
    """The order in which chance picks."""
    return sorted(ids, key=lambda module: sha256(module.encode()).hexdigest())


def test_a_tenth_of_each_stratum_rounded_up_in_the_order_of_the_digest():
    sample, critical = draw(modules(95, 10, 1), [], size=TENTH)
    expected = [*by_digest(modules(95))[:10], *by_digest(modules(0, 10))[:1], *modules(0, 0, 1)]
    assert (sample, critical) == (tuple(sorted(expected)), ())


def test_the_same_modules_in_any_order_give_the_same_sample():
    ids = modules(30, 30)
    assert draw(ids, ids[:2], size=TENTH) == draw(ids[::-1], ids[1::-1], size=TENTH)


def test_critical_modules_are_always_in_it_and_never_all_of_a_stratum():
    (first,) = by_digest(modules(5))[:1]
    sample, critical = draw(modules(5), [first], size=TENTH)
    assert critical == (first,)
    assert sample == tuple(sorted(by_digest(modules(5))[:2]))


def test_a_critical_module_that_does_not_change_is_not_in_it():
    sample, critical = draw(modules(3), [ModuleId("s9/other")], size=TENTH)
    assert (len(sample), critical) == (1, ())


def test_nothing_changed_gives_an_empty_sample():
    assert draw([], [], size=TENTH) == ((), ())
    assert canary_list_text(CanarySample(0, (), (), Sha256(""))) == b""


@given(
    sizes=st.lists(st.integers(0, 25), max_size=5),
    size=st.integers(0, SIZE_UNIT),
    critical=st.sets(st.integers(0, 60)),
)
def test_what_holds_for_every_sample(sizes, size, critical):
    ids = modules(*sizes)
    chosen = [ids[i] for i in critical if i < len(ids)]
    sample, always = draw(ids, chosen, size=size)
    assert set(always) == set(chosen) <= set(sample) <= set(ids)
    assert {stratum_of(m) for m in sample} == {stratum_of(m) for m in ids}
    for stratum in {stratum_of(m) for m in ids}:
        inside = [m for m in ids if stratum_of(m) == stratum]
        assert sum(m in sample for m in inside) >= len(inside) * size / SIZE_UNIT
    counted = strata_of(ids, CanarySample(len(ids), sample, always, Sha256("")))
    assert sum(item.population for item in counted.values()) == len(ids) - len(always)
    assert sum(item.chosen for item in counted.values()) == len(sample) - len(always)
    assert all(item.chosen for item in counted.values())


def entry(module: str, tier: str | None = None) -> Entry:
    return Entry(module=ModuleId(module), manifest=Sha256(sha256(module.encode()).hexdigest()), tier=tier)


def change(module: str, kind: ChangeKind) -> ModuleChange:
    digest = sha256(module.encode()).hexdigest()
    return ModuleChange(ModuleId(module), kind, digest, "" if kind is ChangeKind.REMOVED else digest, None)


def test_what_is_or_was_t1_and_what_is_configured_is_critical():
    changes = [change(f"a/m{i:02}", ChangeKind.CHANGED) for i in range(40)] + [change("a/gone", ChangeKind.REMOVED)]
    after = {c.module: entry(c.module) for c in changes if c.kind is ChangeKind.CHANGED}
    before = {**after, ModuleId("a/gone"): entry("a/gone", "T1_critical")}
    before[ModuleId("a/m01")] = entry("a/m01", "T1_critical")
    after[ModuleId("a/m02")] = entry("a/m02", "T1_critical")
    after[ModuleId("a/same")] = before[ModuleId("a/same")] = entry("a/same", "T1_critical")
    found = sample_of(changes, before=before, after=after, configured=["a/m03", "a/same"], size=TENTH)
    assert found.critical == ("a/gone", "a/m01", "a/m02", "a/m03")
    assert (found.population, len(found.modules) >= 5 + 1) == (41, True)
    lines = "".join(f"{c.after}  {c.module}\n" for c in changes if c.module in found.modules and c.after)
    assert found.outputs == sha256(lines.encode()).hexdigest()


def test_a_configured_id_of_no_module_is_an_error_with_the_nearest_one():
    known = {ModuleId("memory/fold"): entry("memory/fold")}
    with pytest.raises(UsageError) as caught:
        sample_of([], before=known, after={}, configured=["memory/fold", "memory/fod", "zzz"], size=TENTH)
    assert caught.value.fields == (("unknown", "memory/fod (did you mean memory/fold?)"), ("unknown", "zzz"))
