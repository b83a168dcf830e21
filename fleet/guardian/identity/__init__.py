"""Who is asking: signed tokens with a short life."""

from __future__ import annotations

from dataclasses import dataclass

import jwt

__all__ = ["Identity", "issue", "verify"]

ALGORITHM = "HS256"
LIFETIME_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Identity:
    """A name, and until when (seconds since the epoch) it is vouched for."""

    name: str
    expires: int


def issue(name: str, *, now: int, secret: str) -> str:
    """A token for `name`."""
    return jwt.encode({"sub": name, "exp": now + LIFETIME_SECONDS}, secret, algorithm=ALGORITHM)


def verify(token: str, *, secret: str) -> Identity:
    """The identity in a token. Raises `jwt.InvalidTokenError` when it is forged or expired."""
    claims = jwt.decode(token, secret, algorithms=[ALGORITHM])
    return Identity(claims["sub"], claims["exp"])
