"""Small quantum models, and predictions drawn from them."""

from quantum.entropy import shannon_bits

__all__ = ["shannon_bits"]
