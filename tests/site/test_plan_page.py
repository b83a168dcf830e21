"""The plan page as the person reads it who has to approve: what stands in the way first, never a mix of two states."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from astrograph.audit.site.model import Detail, PlanView, SiteModel
from astrograph.audit.site.plan_page import plan_page
from astrograph.model.canon import SUPPORTING, Canon, Star
from astrograph.model.digests import Sha256
from astrograph.model.finding import Finding, Severity
from astrograph.model.gate import GateResult, Verdict
from astrograph.model.ids import ModuleId
from astrograph.model.plan import (
    CanarySample,
    ChangeCause,
    ChangeClass,
    ChangeKind,
    Changes,
    ModuleChange,
    ParityCounts,
    Plan,
)

PLANNED, LATER = ModuleId("memory/planned"), ModuleId("core/later")
APPROVE = "doit approve --by NAME --reason TEXT"
PLAN = Plan(
    parent=None,
    parent_digest="",
    modules=7,
    changes=Changes((ModuleChange(PLANNED, ChangeKind.ADDED, "", "b", None),), (), 6),
    classes=(ChangeClass("module", "", "module", ChangeCause.INVENTORY, 1, PLANNED),),
    canary=CanarySample(1, (PLANNED,), (PLANNED,), Sha256("")),
    inputs=(),
    outputs=Sha256(""),
    gates=(),
    distribution=(),
    parity=ParityCounts(0, 0, 0, 0, 0),
    size=1000,
)
SINCE = Changes((ModuleChange(LATER, ChangeKind.CHANGED, "a", "b", None),), (), 7)


def failing(gate: str, *codes: str) -> GateResult:
    findings = tuple(Finding(f"{code}.yaml", 3, 1, code, Severity.ERROR, f"{code} is why", "mend it") for code in codes)
    return GateResult(gate, Verdict.FAIL, 5, 5, findings)


WAITING = failing("canary", "AG601")
PASSING = GateResult("pins", Verdict.PASS, 4, 4)


class Words(HTMLParser):
    """The text of a page, one space between words, and the headings in it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.feed(data.decode())
        self.close()

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())


def words(view: PlanView | None, *gates: GateResult, changes: Changes | None = SINCE) -> str:
    model = SiteModel(
        title="shop",
        canon=Canon((Star(SUPPORTING, "🔧", "Utilities", "🔧 Supporting"),), ()),
        lines=(),
        detail_of=lambda _: Detail(folder="", manifest=""),
        gates=gates,
        changes=changes,
        plan=view,
    )
    return Words(plan_page(model)[1]).text


def view(state: str, **said: object) -> PlanView:
    return replace(PlanView(PLAN, "f" * 64, state), **said)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["pending", "expired", "invalid"])
def test_where_only_a_persons_word_is_missing_the_command_for_it_is_shown(state: str) -> None:
    said = words(view(state), WAITING, PASSING)

    assert f"{APPROVE} ; until then the gate canary fails" in said
    assert "stands in the way" not in said


def test_a_failing_gate_takes_the_place_of_the_command_and_is_told_with_its_first_finding() -> None:
    said = words(view("pending"), PASSING, WAITING, failing("authored", "AG204", "AG205"))

    assert APPROVE not in said
    assert "What stands in the way: 1 gate fails: authored. Mend that, then doit plan again" in said
    assert "AG204 AG204.yaml:3:1: AG204 is why, and 1 more fix: mend it" in said


def test_failing_gates_come_before_those_that_pass_and_all_are_counted() -> None:
    said = words(view("pending"), PASSING, failing("authored", "AG204"))

    assert "Gates 1 fail, 1 pass" in said
    assert said.index("AG204 is why") < said.index("pins")


def test_a_plan_that_no_longer_holds_says_what_to_do_instead_of_inviting_an_approval() -> None:
    said = words(view("stale", reason="source changed", hint="run doit plan again", holds=False), PASSING)

    assert APPROVE not in said
    assert "What stands in the way: run doit plan again" in said


def test_an_approved_plan_leads_to_its_publication_unless_a_gate_fails() -> None:
    assert "what comes next: doit publish" in words(view("approved"), PASSING)
    assert "doit publish" not in words(view("approved"), failing("drift", "AG410"))


def test_a_spent_plan_names_its_generation_and_what_came_since_is_told_apart() -> None:
    said = words(view("spent", generation=4, holds=False), PASSING)

    own, since = said.split("Since then, not planned yet")
    assert "generation 4, on top of nothing: the first publication" in own
    assert "It was a plan of 7 modules: 1 added, 0 changed, 0 removed" in own
    assert "nothing was published" not in said
    assert ("core/ later" in since, "core/ later" in own, PLANNED in said, APPROVE in said) == (
        True,
        False,
        False,
        False,
    )


def test_after_a_spent_plan_without_changes_the_page_says_that_nothing_came() -> None:
    said = words(view("spent", generation=4, holds=False), changes=Changes((), (), 7))

    assert "Since then, not planned yet Nothing: what is built is what is published." in said


def test_a_plan_that_was_published_and_taken_back_is_shown_whole_and_can_be_approved_anew() -> None:
    said = words(view("spent", generation=4), PASSING)

    assert "generation 4, taken back since" in said
    assert APPROVE in said
    assert "memory/ planned" in said
    assert "core/ later" not in said
