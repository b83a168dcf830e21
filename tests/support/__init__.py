"""A small language over a temporary workspace: say what is there, run, ask what ran and what came out."""

from support.policy import light_rules
from support.runs import Run
from support.workspace import Workspace

__all__ = ["Run", "Workspace", "light_rules"]
