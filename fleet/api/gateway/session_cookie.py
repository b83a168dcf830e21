"""From a cookie to the name of a caller."""

from __future__ import annotations

from fastapi import Cookie, HTTPException

from api.session import Sessions

GUEST = "guest"
SESSIONS = Sessions()


def caller_of(session: str | None = Cookie(default=None)) -> str:
    """The caller behind a session cookie, a guest when there is none."""
    if session is None:
        return GUEST
    name = SESSIONS.name_of(session)
    if name is None:
        raise HTTPException(401)
    return name
