"""The interface's application."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

from palantir_models.page.opened import Opened
from palantir_models.page.rest import experiment_routes, model_routes
from palantir_models.page.rest.errors import FAILURES, handle_errors


def rest_app(opened: Opened) -> FastAPI:
    """Return the application.

    :param opened: the store that it reads.
    """
    app = FastAPI(
        title="Models and experiments of this store",
        description="The part of Foundry's public REST interface that reads models, their versions and experiments.",
        version="2",
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
        responses=FAILURES,
        generate_unique_id_function=_operation,
    )
    app.state.opened = opened
    app.include_router(model_routes.router)
    app.include_router(experiment_routes.router)
    handle_errors(app)
    return app


def _operation(route: APIRoute) -> str:
    return to_camel(route.name)
