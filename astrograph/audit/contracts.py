"""The artifact over contracts: what the registry and the references of all modules come to (SPEC sections 12, 13)."""

from __future__ import annotations

from collections.abc import Mapping

from astrograph.audit.registry import Artifact


def contract_coverage_document(coverage: Mapping[str, object]) -> dict[str, object]:
    """The artifact; `coverage` is what `astrograph.contracts.coverage` found out, its totals are summed here."""
    tiers, references, contracts = coverage.get("tiers"), coverage.get("references"), coverage.get("contracts")
    each = [item for item in tiers.values() if isinstance(item, dict)] if isinstance(tiers, dict) else []
    return {
        "schema": Artifact.CONTRACT_COVERAGE.schema,
        "totals": {
            "modules": sum(item["modules"] for item in each),
            "covered": sum(item["covered"] for item in each),
            "references": sum(references.values()) if isinstance(references, dict) else 0,
            "contracts": len(contracts) if isinstance(contracts, list) else 0,
        },
        **coverage,
    }
