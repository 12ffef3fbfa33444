"""The shop's own website, in `chalicelib/own/site.toml`: what all forms may do there, beside what each form says."""

import logging
from functools import cache
from pathlib import Path

from chalicelib.errors import DefinitionError
from chalicelib.forms.definition import Form, Origin, Target
from chalicelib.models import Model
from chalicelib.shop import own

NAME = "site.toml"
log = logging.getLogger(__name__)


class Site(Model):
    """`origins` may post every form or show it in a frame; a post of every form may name one of `redirects`."""

    origins: tuple[Origin, ...] = ()
    redirects: tuple[Target, ...] = ()


@cache
def load_site(folder: Path) -> Site:
    """Return the shop's website, or an empty one where no file is; raise DefinitionError."""
    from chalicelib.definitions import load_definition  # imported here: the door of a webhook reads no definition

    path = folder / NAME
    return load_definition(path, Site) if path.exists() else Site()


def add_site(form: Form) -> Form:
    """Return the form with the origins and redirects of the site.

    A file with a mistake is logged and adds none: the forms' own pages must not break with it.
    """
    try:
        site = load_site(own.FOLDER)
    except DefinitionError as fault:
        log.error("site_unusable", extra={"reason": str(fault)})
        return form
    added = {"origins": (*form.origins, *site.origins), "redirects": (*form.redirects, *site.redirects)}
    return form.model_copy(update=added)
