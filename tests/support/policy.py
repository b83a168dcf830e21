"""A light policy: few rules, so that a build from nothing takes a blink, whatever the shipped rules say."""

from typing import Any

STAR_OF = {
    "core": "Anchor",
    "mind": "Flow",
    "memory": "Trail",
    "guardian": "Watch",
    "vision": "Horizon",
    "quantum": "Oracle",
    "bio": "Living",
    "dream": "Drift",
}
"""The star that a folder, a node or a capability of this name speaks for."""


def light_rules() -> dict[str, Any]:
    """A rule set in which a path and a node together promote, and neither does alone."""
    return {
        "version": "1.0.0",
        "stars": [*STAR_OF.values(), "Supporting"],
        "aliases": {},
        "deny": [],
        "weights": {
            "capability_override": 0.6,
            "node_override": 0.5,
            "path_regex": 0.4,
            "owner_prior": 0.35,
            "dependency_hint": 0.3,
        },
        "confidence": {"min_suggest": 0.5, "min_autopromote": 0.7},
        "exclusions": [],
        "rules": [{"star": star, "pattern": rf"\b{word}\b", "source": "by name"} for word, star in STAR_OF.items()],
        "capability_overrides": [{"capability": f"{word}_work", "star": star} for word, star in STAR_OF.items()],
        "node_overrides": [{"node": word, "star": star} for word, star in STAR_OF.items()],
        "owner_priors": [{"owner_regex": "^@watchers$", "star": "Watch"}],
        "dependency_hints": [{"package_regex": "^faiss$", "star": "Trail"}],
        "limits": {
            "max_promotions_run": 800,
            "max_promotions_per_star": 200,
            "max_stars_per_module": 2,
            "min_supporting_percentage": 0.0,
        },
    }
