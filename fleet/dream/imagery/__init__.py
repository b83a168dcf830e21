"""Pictures of what was never seen."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from diffusers import DiffusionPipeline

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["imagine"]

STEPS = 30


@cache
def _pipeline(model: str) -> DiffusionPipeline:
    return DiffusionPipeline.from_pretrained(model)


def imagine(prompt: str, *, model: str, steps: int = STEPS) -> Image:
    """One picture for a prompt."""
    return _pipeline(model)(prompt, num_inference_steps=steps).images[0]
