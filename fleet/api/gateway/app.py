"""Routes."""

from __future__ import annotations

from fastapi import Depends, FastAPI, HTTPException

from api.memory import FoldView, MemoryService
from guardian.policy import PolicyEngine

from .health import Health, health
from .session_cookie import caller_of

READ_FOLD = "read:fold"


def create_app(service: MemoryService, policy: PolicyEngine) -> FastAPI:
    """The application, with everything it needs handed in."""
    app = FastAPI(title="Fleet gateway", version="1.0.0")

    @app.get("/health")
    async def get_health() -> Health:
        return health()

    @app.get("/folds/{key}")
    async def get_fold(key: str, caller: str = Depends(caller_of)) -> FoldView:
        if not policy.decide(caller, READ_FOLD).allowed:
            raise HTTPException(403)
        view = await service.view(key)
        if view is None:
            raise HTTPException(404)
        return view

    return app
