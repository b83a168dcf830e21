"""Pages lie where no module, star or owner can reach beyond its own file."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astrograph.audit.site.paths import module_page, owner_page, star_page, stratum_page, up_from
from astrograph.model.ids import ModuleId

SEGMENTS = st.text(min_size=1, max_size=40).filter(lambda text: "/" not in text)
MODULES = st.lists(SEGMENTS, min_size=1, max_size=5).map(lambda parts: ModuleId("/".join(parts)))


def test_a_plain_module_has_the_page_of_its_name() -> None:
    assert module_page(ModuleId("memory/fold")) == "modules/memory/fold.html"
    assert star_page("Trail") == "stars/~trail.html"
    assert owner_page("@memory-team") == "owners/-~~40~memory-team.html"
    assert owner_page(None) == "owners/nobody.html"
    assert stratum_page("memory") == "strata/memory.html"


def test_nobody_is_not_an_owner_of_that_name() -> None:
    assert owner_page("nobody") != owner_page(None)


@given(MODULES)
def test_every_page_is_a_plain_file_below_its_folder(module: ModuleId) -> None:
    path = module_page(module)

    assert re.fullmatch(r"modules/[a-z0-9_~.-]+(/[a-z0-9_~.-]+)*\.html", path)
    assert not {".", ".."} & set(path.split("/"))
    assert all(len(part) <= 160 for part in path.split("/"))


@given(MODULES, MODULES)
def test_no_two_modules_share_a_page_and_no_page_is_the_folder_of_another(one: ModuleId, other: ModuleId) -> None:
    first, second = module_page(one), module_page(other)

    assert (first == second) == (one == other)
    assert not second.startswith(f"{first}/")


@pytest.mark.parametrize(("one", "other"), [("Trail", "trail"), ("~trail", "Trail"), ("a.b", "a/b"), ("é", "e\u0301")])
def test_names_that_some_file_systems_confuse_have_their_own_pages(one: str, other: str) -> None:
    assert owner_page(one).casefold() != owner_page(other).casefold()


def test_up_leads_back_to_the_top() -> None:
    assert up_from("index.html") == ""
    assert up_from("modules/memory/fold.html") == "../../"
