"""Sessions: what the front door remembers about a caller between two requests."""

from __future__ import annotations

from secrets import token_urlsafe

from guardian.identity import Identity

__all__ = ["Sessions"]


class Sessions:
    """Random session names, each standing for one identity."""

    def __init__(self) -> None:
        self._identities: dict[str, Identity] = {}

    def open(self, identity: Identity) -> str:
        """A new session for an identity."""
        session = token_urlsafe(24)
        self._identities[session] = identity
        return session

    def name_of(self, session: str) -> str | None:
        """The name behind a session, None when it is not open."""
        identity = self._identities.get(session)
        return identity.name if identity else None

    def close(self, session: str) -> None:
        """Forget a session; closing twice is no error."""
        self._identities.pop(session, None)
