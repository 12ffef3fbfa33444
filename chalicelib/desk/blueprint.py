"""Blueprints of the desk: a route cannot be written down without its right."""

from collections.abc import Callable, Sequence

from chalice import Blueprint, Response

from chalicelib.desk.guard import Rule, View, answer_request
from chalicelib.desk.rights import Right
from chalicelib.routes.http import ANY


class DeskBlueprint(Blueprint):
    """A blueprint whose routes name their right. `rules` holds them by method and path."""

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name)
        self.rules: dict[tuple[str, str], Rule] = {}

    def route(  # type: ignore[override,unused-ignore]
        self,
        path: str,
        *,
        right: Right,
        methods: Sequence[str] = ("GET",),
        fresh: bool = False,
        back: str = "/",
        many: bool = False,
        foreign: bool = False,
    ) -> Callable[[View], View]:
        """Register a view behind the guard. A view takes the request, and each part of the path by its name."""
        rule = Rule(right, fresh, back, many, foreign)

        def register(view: View) -> View:
            def answer(**parts: str) -> Response:
                return answer_request(self.current_request, rule, view, parts)

            answer.__name__ = view.__name__
            Blueprint.route(self, path, methods=list(methods), content_types=ANY)(answer)
            self.rules.update({(method, path): rule for method in methods})
            return view

        return register
