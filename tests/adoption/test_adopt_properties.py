"""For random documents and shapes: adopt, build, read back, and every value is found again.

The oracle knows nothing of claims and accounts: it takes the values of the old document one by one and looks for each
in the bytes of the new manifest.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import check_sums, told
from support import Workspace

from astrograph.engine.adoption.adopter import Adopter
from astrograph.engine.adoption.report import report_of
from astrograph.engine.session import Session
from astrograph.facts.authored import read_file
from astrograph.formats import canonical_json, foreign_json, strict_json
from astrograph.manifest.adoption.claims import leaves
from astrograph.model.adoption import Condition, Fate, Shape, Source, Take
from astrograph.model.facts import AuthoredFacts

NAMES = st.sampled_from(
    ["owner", "tier", "x", "a/b", "~", "", "stars", "tags", "annotations", "adopted", "links", "node", "名"]
)
WORDS = ["", "no", "@team", "T1_critical", "T2_important", "Trail", "✦ Trail (Memory)", "Memory", "Supporting", "Nova"]
ODD = ["2024-01-01", "a\nb", " x", "é\u2028\x00", "𝔘", "1.10", "memory.fold@v1"]
TEXTS = st.text(max_size=8) | st.sampled_from([*WORDS, *ODD])
NUMBERS = st.integers(-(2**60), 2**60) | st.floats() | st.sampled_from([0.1, 1.0, -0.0, 1e22, 0.00001, 1e-9])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=4),
    max_leaves=15,
)
POINTERS = st.lists(
    NAMES.map(lambda name: name.replace("~", "~0").replace("/", "~1")) | st.just("*"), min_size=1, max_size=3
).map(lambda parts: "/" + "/".join(parts))
FIELDS = (
    "owner",
    "tier",
    "lane",
    "stars",
    "confidence",
    "contracts",
    "capabilities",
    "node",
    "description",
    "tags",
    "timestamps",
)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    fields = []
    for name in FIELDS:
        pointers = draw(st.lists(POINTERS, max_size=2))
        if pointers:
            take = draw(st.sampled_from(list(Take))) if name in ("owner", "node") else Take.ONLY
            values = draw(st.sampled_from([(), (("no", "T4_experimental"), ("Nova", "Trail"))]))
            fields.append((name, Source(tuple(pointers), take, ", ", values)))
    return Shape("random", ((Condition("", exists=True),),), tuple(fields), decided=draw(st.booleans()))


DOCUMENTS = st.dictionaries(NAMES | st.text(max_size=4), VALUES, max_size=6)


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = Workspace.make(tmp_path_factory.mktemp("random") / "ws")
    made.package("memory/fold", "X = 1\n")
    made.run()
    return made


def texts_in(manifest: object) -> Counter[str]:
    """The JSON text of every value of a manifest, and every text it keeps as such, with how often each is there."""
    found = Counter(foreign_json.text_of(value) for _, value in leaves("", manifest))
    assert isinstance(manifest, dict)
    annotations = manifest.get("annotations") or {}
    exact = annotations.get("adopted_exact") or {}
    repeated = annotations.get("adopted_repeated") or {}
    for text in [*exact.values(), *(text for texts in repeated.values() for text in texts)]:
        kept = foreign_json.decode(text.encode()).value
        found.update(foreign_json.text_of(value) for _, value in leaves("", kept))
    return found


def said(value: object) -> list[str]:
    """The texts by which a value may be found: a number may have been written otherwise, a star has an id."""
    text = foreign_json.text_of(value)
    if isinstance(value, str):
        return [text, *({"Memory": ['"Trail"'], "✦ Trail (Memory)": ['"Trail"']}.get(value, []))]
    return [text]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(document=DOCUMENTS, shape=shapes(), ascii_only=st.booleans())
def test_no_authored_value_is_lost(space: Workspace, document: dict[str, Any], shape: Shape, ascii_only: bool) -> None:
    text = json.dumps(document, ensure_ascii=ascii_only)
    space.write("old/memory/fold/module.manifest.json", text.encode("utf-8", "replace"))
    old = foreign_json.decode(text.encode("utf-8", "replace")).value
    with Session.open(str(space.root)) as session:
        adopter = Adopter(session, top="old", name="module.manifest.json", started_in=str(space.root))
        adopter.__dict__["shapes"] = (shape,)
        adoption = adopter.work_out()
        (item,) = adoption.items
        if item.authoring is None or item.authoring.data is None:
            facts = AuthoredFacts()
        else:
            read = read_file(
                item.authoring.data,
                path=item.authoring.path,
                carried=session.policy.carried,
                generated=session.policy.generated,
            )
            assert read.findings == ()
            facts = AuthoredFacts(fields=read.fields)
        data = canonical_json.encode(session.builder.rehearse(item.document.module, facts))  # type: ignore[arg-type]
        manifest = strict_json.decode(data)
        assert session.policy.schema.explain(manifest) == ()
        adopter.account(adoption, lambda _: manifest)
    check_sums(json.loads(json.dumps(report_of(adoption, generation=""))))
    assert item.account.reasons == {}
    generated = set(item.account.pointers[Fate.GENERATED])
    found = texts_in(manifest)
    for pointer, value in leaves("", old) if old else ():
        if not any(pointer == place or pointer.startswith(f"{place}/") for place in generated):
            everywhere = " ".join(item for item in found if item.startswith('"'))
            assert any(each in found for each in said(value)) or _joined(value, everywhere), (pointer, value)


def _joined(value: object, everywhere: str) -> bool:
    """Whether a text stands inside another, as one of several that were joined."""
    return isinstance(value, str) and json.dumps(value)[1:-1] in everywhere


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    documents=st.lists(
        DOCUMENTS.map(lambda made: {**made, "tier": "T2_important", "owner": "@a"}), min_size=1, max_size=3
    )
)
def test_adopted_workspaces_build_without_parity_violations(
    tmp_path_factory: pytest.TempPathFactory, documents: list[dict[str, Any]]
) -> None:
    root: Path = tmp_path_factory.mktemp("built")
    space = Workspace.make(root / "ws")
    for index, document in enumerate(documents):
        space.package(f"part/item{index}", "X = 1\n")
        space.write(f"old/part/item{index}/module.manifest.json", json.dumps(document))
    source = str(space.path("old"))
    rehearsed = told(space.run("adopt", "--from", source, "--dry-run", "--json"))
    done = told(space.run("adopt", "--from", source, "--json"))
    assert done["documents"] == rehearsed["documents"]
    assert [each["not_carried"] for each in done["documents"]] == [0] * len(documents)
    assert space.run("gate:parity", "gate:schema").exit == 0
    assert [(space.gate(name)["verdict"], space.gate(name)["findings"]) for name in ("parity", "schema")] == [
        ("pass", [])
    ] * 2
