"""The closed list of audit artifacts, in the order reports show them (SPEC section 13)."""

from __future__ import annotations

from enum import StrEnum


class Artifact(StrEnum):
    """The file name of an artifact below `build/audit/`, which is also the key of its task: `audit:digests.json`."""

    DIGESTS = "digests.json"
    CANARY_LIST = "canary_list.txt"
    CANARY_REPORT = "canary_report.json"
    APPROVAL = "approval.json"
    STARS_BEFORE = "star_distribution_before.json"
    STARS_AFTER = "star_distribution_after.json"
    PROMOTIONS = "promotions.csv"
    SUGGESTIONS = "suggestions.csv"
    DISAGREEMENTS = "disagreements.csv"
    COVERAGE = "coverage.json"
    CONTRACT_COVERAGE = "contract_coverage.json"
    PARITY = "parity.json"
    CEILINGS = "ceilings.json"
    RULE_HITS = "rule_hits.json"
    DEPENDENCY_GRAPH = "dependency_graph.json"
    DOCUMENTATION = "documentation.json"
    ACCEPTANCE = "acceptance.json"
    CONSTELLATION = "CONSTELLATION_TOP.md"
    REPORT = "report.md"

    @property
    def stem(self) -> str:
        """The name without its ending: `digests`."""
        return self.value.partition(".")[0]

    @property
    def schema(self) -> str:
        """What the artifact's own `schema` field says: `astrograph.audit.digests/1`."""
        return f"astrograph.audit.{self.stem}/1"


AFTER_GATES = (Artifact.ACCEPTANCE, Artifact.CONSTELLATION, Artifact.REPORT)
"""The artifacts made of the verdicts, that of the gate `audit` included."""

DATA = tuple(artifact for artifact in Artifact if artifact not in AFTER_GATES)
"""The artifacts that the gate `audit` reads."""

PURPOSE: dict[Artifact, str] = {
    Artifact.DIGESTS: "what everything rests on: policy, pins, manifests, plan, generations, by SHA-256",
    Artifact.CANARY_LIST: "the modules of the canary, one a line",
    Artifact.CANARY_REPORT: "what a person reviews before approving",
    Artifact.APPROVAL: "who approved which plan, until when",
    Artifact.STARS_BEFORE: "modules per star in the published generation",
    Artifact.STARS_AFTER: "modules per star as built",
    Artifact.PROMOTIONS: "modules that gained a star against the baseline",
    Artifact.SUGGESTIONS: "stars worth a person's look, not applied",
    Artifact.DISAGREEMENTS: "where a person decided otherwise than the rules would",
    Artifact.COVERAGE: "covered, eligible, excluded, rejected, orphaned",
    Artifact.CONTRACT_COVERAGE: "contracts per tier, unused and broken ones",
    Artifact.PARITY: "owner, tier and contracts against the baseline",
    Artifact.CEILINGS: "promotions against their limits, and the Supporting floor",
    Artifact.RULE_HITS: "how often each rule fires, and which never do",
    Artifact.DEPENDENCY_GRAPH: "who imports whom and where, cycles, and how far a change reaches",
    Artifact.DOCUMENTATION: "documented exports, per stratum and module",
    Artifact.ACCEPTANCE: "every gate, and every criterion with what speaks for it",
    Artifact.CONSTELLATION: "the stars: domain, count, share, tiers, example modules, gaps",
    Artifact.REPORT: "the run, for people",
}
"""One line for each artifact."""
