"""Places in the sky: a pure function of names that moves little when the set does."""

from math import hypot

from astrograph.audit.site.sky import UNIT, Sky, lay_out
from astrograph.model.canon import SUPPORTING, Canon, Star, StarId
from astrograph.model.ids import ModuleId

STARS = tuple(StarId(name) for name in ("Anchor", "Flow", "Trail", "Watch", "Supporting"))
CANON = Canon(tuple(Star(star, "*", star, star) for star in STARS), ())


def workspace(count: int, *, depth: int = 3) -> dict[ModuleId, StarId]:
    """So many modules in folders, three in four of them Supporting."""
    found = {}
    for number in range(count):
        folders = [f"folder{number % 7}", f"part{number % 23}", f"module{number}"][-depth:]
        found[ModuleId("/".join(folders))] = SUPPORTING if number % 4 else STARS[number // 4 % 4]
    return found


def moved(before: Sky, after: Sky) -> list[ModuleId]:
    return [module for module, place in before.places.items() if after.places.get(module, place) != place]


def test_every_module_has_a_place_of_its_own_within_reach_of_its_star() -> None:
    stars = workspace(2000)
    sky = lay_out(stars, CANON)

    assert sky.places.keys() == stars.keys()
    assert len(set(sky.places.values())) == len(stars)
    for module, (x, y) in sky.places.items():
        region = sky.regions[stars[module]]
        assert hypot(x / UNIT / 1.5 - region.x, y / UNIT - region.y) < 1.4 * region.radius + 3


def test_regions_do_not_overlap() -> None:
    sky = lay_out(workspace(2000), CANON)
    regions = list(sky.regions.values())

    for at, one in enumerate(regions):
        for other in regions[at + 1 :]:
            assert hypot(one.x - other.x, one.y - other.y) > one.radius + other.radius


def test_order_does_not_matter() -> None:
    stars = workspace(500)

    assert lay_out(dict(reversed(stars.items())), CANON) == lay_out(stars, CANON)


def test_one_module_more_or_less_moves_next_to_none_of_the_others() -> None:
    stars = workspace(1900)
    before = lay_out(stars, CANON)
    more = lay_out(stars | {ModuleId("folder3/part9/another"): SUPPORTING}, CANON)
    less = lay_out({module: star for module, star in stars.items() if module != "folder3/part4/module1015"}, CANON)

    assert len(moved(before, more)) <= 20
    assert len(moved(before, less)) <= 20


def test_a_module_that_changes_its_star_leaves_the_others_where_they_are() -> None:
    stars = workspace(1900)
    module = next(module for module, star in stars.items() if star == SUPPORTING)
    before = lay_out(stars, CANON)
    after = lay_out(stars | {module: StarId("Trail")}, CANON)

    assert after.places[module] != before.places[module]
    assert len(moved(before, after)) <= 60, "more than the folder that has doubled"


def test_a_sky_may_be_empty_or_hold_one_module_or_deep_folders() -> None:
    deep = ModuleId("/".join(["a"] * 3000))

    assert lay_out({}, CANON).places == {}
    assert len(lay_out({ModuleId("one"): SUPPORTING}, CANON).places) == 1
    assert len(lay_out({deep: SUPPORTING, ModuleId(f"{deep}/b"): SUPPORTING}, CANON).places) == 2


def test_modules_that_all_ask_for_one_spot_still_find_places() -> None:
    crowd = {ModuleId(f"{'a/' * depth}m"): SUPPORTING for depth in range(1, 300)}

    assert len(set(lay_out(crowd, CANON).places.values())) == len(crowd)


def test_a_canon_without_supporting_has_its_first_star_in_the_middle() -> None:
    canon = Canon(CANON.stars[:2], ())
    sky = lay_out({ModuleId("a"): StarId("Anchor"), ModuleId("b"): StarId("Flow")}, canon)

    assert sky.regions[StarId("Anchor")][:2] == (0.0, 0.0)
