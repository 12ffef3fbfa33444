"""Writes the routes of the desk from its code into infra/template.yaml: `python -m infra.deploy.desk_routes`.

API Gateway passes on what is declared and nothing else; Chalice writes the routes of the door alone. A test fails where
the template has other routes than the code. They are paths of one OpenAPI document and no events of the function: SAM
would give each event a permission of its own, and Lambda keeps 20,480 bytes of them for a function.
"""

import re
from collections.abc import Iterable
from itertools import groupby

from chalicelib.desk.console import RULES
from infra.template import TEMPLATE

BEGIN = "          # ---- written by `python -m infra.deploy.desk_routes`\n"
END = "          # ---- end of what is written\n"
LAMBDA = "lambda:path/2015-03-31/functions/${Desk.Arn}/invocations"
ARN = f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:{LAMBDA}"
# Chalice reads payload format 1.0. Lambda is called by POST, whatever the visitor's method.
CALL = f'{{type: aws_proxy, httpMethod: POST, payloadFormatVersion: "1.0", uri: {{Fn::Sub: "{ARN}"}}}}'
ANCHOR, ALIAS = f"&desk {CALL}", "*desk"


def write_operation(method: str, path: str) -> str:
    """Return a method of a path, as YAML in one line."""
    places = ", ".join(f"{{name: {name}, in: path, required: true}}" for name in re.findall(r"{(\w+)}", path))
    parameters = f"parameters: [{places}], " if places else ""
    return f"            {method.lower()}: {{{parameters}responses: {{}}, x-amazon-apigateway-integration: {ALIAS}}}\n"


def write_paths(routes: Iterable[tuple[str, str]]) -> str:
    """Return the routes as paths of an OpenAPI document; the first says how the function is called."""
    by_path = groupby(sorted(routes, key=lambda each: (each[1], each[0])), key=lambda each: each[1])
    written = [
        f'          "{path}":\n' + "".join(write_operation(method, path) for method, _ in group)
        for path, group in by_path
    ]
    return "".join(written).replace(ALIAS, ANCHOR, 1)


def fill_template(template: str) -> str:
    """Return the template with the routes of the code."""
    before, _, rest = template.partition(BEGIN)
    return before + BEGIN + write_paths(RULES) + END + rest.partition(END)[2]


if __name__ == "__main__":
    TEMPLATE.write_text(fill_template(TEMPLATE.read_text()))
