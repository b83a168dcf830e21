"""Questions every automated decision has to answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from guardian.policy import Decision

__all__ = ["QUESTIONS", "open_questions"]

QUESTIONS: Final = (
    "Who can be harmed?",
    "Who can object, and how?",
    "What would change the outcome?",
)


def open_questions(decision: Decision, answers: Mapping[str, str]) -> tuple[str, ...]:
    """The questions without an answer; none are asked of a refusal."""
    if not decision.allowed:
        return ()
    return tuple(question for question in QUESTIONS if not answers.get(question, "").strip())
