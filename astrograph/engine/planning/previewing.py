"""A canary before there is a plan: a sample of all modules, and only its manifests are built (SPEC section 10)."""

from __future__ import annotations

from astrograph.engine.planning.staged import changes_to, entry_of
from astrograph.engine.session import Session
from astrograph.formats.generation_text import lines_digest
from astrograph.formats.ledger_line import decode as decode_ledger_line
from astrograph.model.digests import Sha256
from astrograph.model.facts import Tier
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.model.plan import CanarySample, ParityCounts, Plan
from astrograph.publication.classes import classes_of
from astrograph.publication.sampling import SIZE_UNIT, check_configured, draw
from astrograph.store.state import Table


def preview(session: Session) -> Plan:
    """Build the manifests of a sample of all modules, and tell how they differ from the baseline.

    What comes back holds the sample alone: no inputs, no gates, no outputs, so nothing can be approved on it. The
    session has to hold the lock. Raises UsageError for unknown critical ids.
    """
    space, survey = session.workspace, session.survey
    check_configured(space.canary.critical, survey.modules)
    wanted = set(space.canary.critical)
    critical = [
        module
        for module in survey.modules
        if module in wanted or survey.authored.facts_of(module).text("tier") == Tier.T1
    ]
    size = round(space.canary.size * SIZE_UNIT)
    sample, always = draw(survey.modules, critical, size=size)
    entries = _built(session, sample)
    current = session.generations.current()
    changes = changes_to(session, entries, only=sample)
    return Plan(
        parent=None if current is None else current.number,
        parent_digest="" if current is None else current.digest,
        modules=len(survey.modules),
        changes=changes,
        classes=classes_of(changes.modules),
        canary=CanarySample(
            population=len(survey.modules),
            modules=sample,
            critical=always,
            outputs=lines_digest((module, entry.manifest) for module, entry in entries.items()),
        ),
        inputs=(),
        outputs=Sha256(""),
        gates=(),
        distribution=(),
        parity=ParityCounts(0, 0, 0, 0, 0),
        size=size,
    )


def _built(session: Session, sample: tuple[ModuleId, ...]) -> dict[ModuleId, Entry]:
    """Bring the manifests of the sample up to date, and no others; their entries."""
    session.prepare()
    stale = [module for module in sample if module in session.survey.stale]
    if stale:
        session.begin()
        session.builder.begin(stale)
        for module in stale:
            session.builder.manifest(module)
            session.survey.stale.pop(module, None)
        session.finish()
    entries: dict[ModuleId, Entry] = {}
    for module in sample:
        line = session.state.get(Table.LINE, module.encode())
        if line is None:  # lost from the state, which is a cache
            session.builder.manifest(module)
            line = session.state.get(Table.LINE, module.encode())
        assert line is not None
        entries[module] = entry_of(session, decode_ledger_line(line))
    return entries
