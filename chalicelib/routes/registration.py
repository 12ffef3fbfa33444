"""All routes in one place: the app registers them, and warms up what the first request needs."""

import logging
from datetime import UTC, datetime
from typing import Any

from chalicelib.door import build_seal, open_door
from chalicelib.errors import TryAgainLaterError
from chalicelib.routes.answers import answers
from chalicelib.routes.entries import entries
from chalicelib.routes.forms import forms
from chalicelib.routes.front import front
from chalicelib.routes.hooks import hooks
from chalicelib.routes.links import links
from chalicelib.routes.middleware import complete_answers
from chalicelib.routes.policy import policy
from chalicelib.routes.privacy import privacy

log = logging.getLogger(__name__)

BLUEPRINTS = (answers, entries, forms, front, hooks, links, policy, privacy)


def register_routes(app: Any) -> None:
    """Give the app every route, and each answer its default headers."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.register_middleware(complete_answers(app.routes), "http")


def warm_up() -> None:
    """Make at container start what the first request would otherwise wait for: clients, parameters, the seal.

    What is not there yet, or cannot be read now, is missed by the requests that need it: they answer 503. A container
    whose import failed would answer 502, and no page at all.
    """
    try:
        parameters = open_door().parameters
        build_seal(parameters.read_public_key(datetime.now(UTC)))
    except TryAgainLaterError:
        log.warning("door_unready")
