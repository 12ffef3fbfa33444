"""Writes the routes of the desk from its code into infra/template.yaml: `python -m infra.deploy.desk_routes`.

API Gateway passes on what is declared and nothing else; Chalice writes the routes of the door alone. A test fails where
the template has other routes than the code.
"""

import re
from collections.abc import Iterable

from chalicelib.desk.console import RULES
from infra.template import TEMPLATE

BEGIN = "        # ---- written by `python -m infra.deploy.desk_routes`\n"
END = "        # ---- end of what is written\n"
COMMON = 'ApiId: {Ref: DeskApi}, PayloadFormatVersion: "1.0"'


def name_route(method: str, path: str) -> str:
    """Return the name of a route among the function's events, such as PostStaffMemberRole."""
    return "".join(word.capitalize() for word in re.findall(r"[a-z]+", f"{method} {path}".lower()))


def write_events(routes: Iterable[tuple[str, str]]) -> str:
    """Return one event for each route, as YAML. Chalice reads payload format 1.0."""
    return "".join(
        f"        {name_route(method, path)}:\n"
        "          Type: HttpApi\n"
        f'          Properties: {{{COMMON}, Method: {method}, Path: "{path}"}}\n'
        for method, path in sorted(routes, key=lambda each: (each[1], each[0]))
    )


def fill_template(template: str) -> str:
    """Return the template with the routes of the code."""
    before, _, rest = template.partition(BEGIN)
    return before + BEGIN + write_events(RULES) + END + rest.partition(END)[2]


if __name__ == "__main__":
    TEMPLATE.write_text(fill_template(TEMPLATE.read_text()))
