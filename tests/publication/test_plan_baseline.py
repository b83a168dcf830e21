"""Entries: what comparisons know of a manifest, whether we made it or found it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.ledger import bare_line

from astrograph.model.assignment import Assignment, Origin
from astrograph.model.canon import SUPPORTING, Canon, Star, StarId
from astrograph.model.digests import sha256
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.model.workspace import Form, Placement
from astrograph.publication.baseline import entry_of_document, entry_of_line

TRAIL = StarId("Trail")
CANON = Canon(
    (Star(TRAIL, "✦", "Memory", "✦ Trail (Memory)"), Star(SUPPORTING, "🔧", "Utilities", "🔧 Supporting")),
    (("memory_star", TRAIL),),
)
PLACES = {
    "owner": Placement("/module/owner"),
    "tier": Placement("/module/tier"),
    "lane": Placement("/module/lane"),
    "contracts": Placement("/contracts"),
    "stars": Placement("/constellation/stars", Form.LABELS),
    "confidence": Placement("/constellation/confidence"),
    "origin": Placement("/constellation/origin"),
}
M = ModuleId("memory/fold")


def found(document: object, places: dict[str, Placement] = PLACES) -> Entry:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    entry = entry_of_document(M, data, placements=places, canon=CANON)
    assert (entry.module, entry.manifest) == (M, sha256(data))
    assert (entry.source, entry.authored, entry.resolution) == ("", "", "")
    return entry


def test_what_a_document_says_at_our_places_is_known():
    entry = found(
        {
            "module": {"owner": "@a", "tier": "T1_critical", "lane": "labs"},
            "contracts": ["x@v1", "y@v2"],
            "constellation": {"stars": ["✦ Trail (Memory)"], "confidence": 0.85, "origin": "forced"},
        }
    )
    assert (entry.owner, entry.tier, entry.lane, entry.contracts) == ("@a", "T1_critical", "labs", ("x@v1", "y@v2"))
    assert (entry.stars, entry.confidence, entry.origin) == ((TRAIL,), 850, Origin.FORCED)


@pytest.mark.parametrize("stars", ["Trail", ["Trail"], "memory_star", ["Trail", "✦ Trail", "nobody"]])
def test_a_star_may_be_named_by_id_label_or_alias_alone_or_in_a_list(stars):
    assert found({"constellation": {"stars": stars}}).stars == (TRAIL,)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\xff\xfe",
        b"not json",
        b"[1, 2]",
        b'"text"',
        b'{"module": {"owner": "@a"}, "module": {}}',
        {},
        {"module": "memory/fold", "contracts": "", "constellation": []},
        {
            "module": {"owner": 3, "tier": None, "lane": ""},
            "contracts": {"a": 1},
            "constellation": {"stars": [1, None]},
        },
        {"constellation": {"confidence": True, "origin": "somebody", "stars": ["nobody"]}},
        {"constellation": {"confidence": 7}},
    ],
)
def test_what_it_does_not_say_or_says_otherwise_is_unknown(document):
    entry = found(document)
    assert (entry.owner, entry.tier, entry.lane, entry.contracts) == (None, None, None, ())
    assert (entry.stars, entry.confidence, entry.origin) == ((), 0, None)


def test_a_field_that_this_workspace_leaves_out_is_unknown():
    assert found({"module": {"owner": "@a"}}, {}).owner is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda v: (
            st.lists(v)
            | st.dictionaries(st.sampled_from(["module", "owner", "constellation", "stars", "contracts"]), v)
        ),
    )
)
def test_no_document_is_too_odd(document):
    found(document)


def test_a_line_of_our_own_gives_all_we_compare():
    line = bare_line(
        M,
        manifest=sha256(b"x"),
        owner="@a",
        tier="T2_important",
        contracts=("x@v1",),
        assignment=Assignment((TRAIL,), 900, Origin.INFERRED),
    )
    assert entry_of_line(line, source="s", authored="a", resolution="r") == Entry(
        module=M,
        manifest=sha256(b"x"),
        owner="@a",
        tier="T2_important",
        contracts=("x@v1",),
        stars=(TRAIL,),
        confidence=900,
        origin=Origin.INFERRED,
        source="s",
        authored="a",
        resolution="r",
    )
