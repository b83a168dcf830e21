"""The words that generated workspaces are made of: names of strata, packages, functions and fields.

All of them are lower-case ASCII, so that every generated module id passes the path guards (SPEC section 2),
and none is a built-in exclusion such as `build` or `dist`. The order is part of the generator's output:
append only.
"""

from __future__ import annotations

STRATA = (
    "anvil", "memory", "ballast", "cellar", "dream", "delta", "ember", "guardian", "fathom", "gantry",
    "quantum", "harbor", "inlet", "vision", "jetty", "keel", "bio", "lantern", "mooring",
    "consciousness", "nave", "orchard", "core", "pylon", "quarry", "rigging", "sluice", "governance",
    "tannery", "upland", "perception", "vault", "wharf", "yard", "creativity", "zenith", "atelier",
    "bridge", "storage", "causeway", "dockyard", "prediction", "estuary", "foundry", "identity",
    "granary", "hatchery", "security", "isthmus", "junction",
)  # fmt: skip

NODES = {
    "memory": "memory",
    "dream": "dream",
    "creativity": "dream",
    "guardian": "guardian",
    "governance": "guardian",
    "quantum": "quantum",
    "prediction": "quantum",
    "vision": "vision",
    "perception": "vision",
    "bio": "bio",
    "consciousness": "consciousness",
    "core": "core",
}
"""The node that people say the modules of a stratum belong to, for the strata that have one."""

GROUPS = (
    "intake", "routing", "billing", "catalog", "devices", "exports", "ledgers", "mailing", "pricing",
    "reports", "search", "uploads",
)  # fmt: skip

ADJECTIVES = (
    "amber", "brisk", "calm", "dusty", "early", "faint", "gilded", "hollow", "ivory", "jagged", "keen",
    "linen", "mellow", "narrow", "oaken", "plain", "quiet", "rapid", "silver", "tidal", "umber",
    "velvet", "woven", "young", "zonal", "arctic", "bright", "copper", "dense", "elder", "fluent",
    "granite", "humble", "inner", "jade", "kindred", "lucid", "maple", "nimble", "outer",
)  # fmt: skip

NOUNS = (
    "adapter", "batch", "broker", "buffer", "channel", "clock", "cursor", "digest", "dispatch",
    "envelope", "feed", "filter", "forecast", "gateway", "graph", "handler", "index", "journal",
    "kernel", "layout", "ledger", "lexer", "lookup", "mapper", "matcher", "mixer", "monitor",
    "notifier", "packer", "parser", "planner", "pool", "probe", "queue", "reader", "registry", "relay",
    "render", "replay", "resolver", "sampler", "scheduler", "session", "signal", "sketch", "stream",
    "switch", "tracer", "window", "writer",
)  # fmt: skip

ROLES = (
    "store", "service", "errors", "events", "config", "client", "records", "policy", "metrics", "cache",
    "tasks",
)  # fmt: skip
"""File names beside `__init__.py` and `model.py`."""

VERBS = (
    "accept", "apply", "collect", "compare", "compute", "decode", "derive", "encode", "expand", "fetch",
    "flush", "group", "merge", "narrow", "order", "project", "reduce", "refresh", "rotate", "split",
    "store", "trim", "update", "verify",
)  # fmt: skip

THINGS = (
    "account", "allowance", "answer", "balance", "bucket", "change", "claim", "device", "draft",
    "event", "field", "frame", "invoice", "label", "limit", "measure", "message", "offer", "order",
    "payload", "period", "point", "price", "quota", "reading", "record", "request", "route", "sample",
    "scope", "segment", "shipment", "slot", "step", "ticket", "token", "unit", "version", "vote",
    "weight",
)  # fmt: skip

STANDARD_LIBRARY = (
    "asyncio", "collections", "contextlib", "dataclasses", "datetime", "functools", "hashlib",
    "itertools", "json", "logging", "math", "operator", "re", "statistics", "time", "uuid",
)  # fmt: skip

EXTERNAL = (
    "aiohttp", "attrs", "boto3", "cryptography", "fastapi", "httpx", "numpy", "orjson", "pandas",
    "prometheus_client", "pydantic", "redis", "requests", "sqlalchemy", "structlog", "tenacity",
    "torch", "yaml",
)  # fmt: skip
"""Top-level import names of third-party packages; nothing is installed or imported."""
