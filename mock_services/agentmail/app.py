"""AgentMail as one ASGI application over an open office."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from mock_services.agentmail import inboxes, messages, page, problems, switches, threads, webhooks
from mock_services.agentmail.office import Office, admitted
from mock_services.faults import Faults, FaultyLine

STATIC: Final = Path(__file__).with_name("static")


def service(office: Office, seed: int = 7) -> FastAPI:
    # The interactive documentation loads its scripts from elsewhere, which this service allows nobody.
    app = FastAPI(title="Mock AgentMail", version="0", docs_url=None, redoc_url=None)
    app.state.office, app.state.faults = office, Faults(seed)
    problems.install(app)
    api = APIRouter(prefix="/v0", dependencies=[Depends(admitted)])
    for part in (messages.router, webhooks.of_inbox, inboxes.router, threads.router, webhooks.router):
        api.include_router(part)
    for router in (api, switches.router, switches.trouble, page.router):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(FaultyLine, faults=app.state.faults, failure=problems.failure)
    return app
