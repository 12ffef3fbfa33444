"""`make cost`: prints what a stage costs, from the template's own counts, measured units and one price table.

`STAGE=prod` adds what CloudWatch counted in this month so far. It calls AWS only then.
"""

import os
from collections.abc import Iterator, Mapping

from infra.account.place import find_operator
from infra.cost.compare import compare_bills
from infra.cost.idle import bill_idle
from infra.cost.kinds import price_ceiling, price_thousands
from infra.cost.month import bill_month, read_usage
from infra.cost.prices import load_table
from infra.cost.template import make_template
from infra.staff.deployed import explain_faults
from infra.target import is_local, name_stage


def write_idle(parameters: Mapping[str, str]) -> Iterator[str]:
    """Yield the bill of a month without visitors."""
    lines = bill_idle(make_template(), parameters)
    yield f"A month without visitors (list prices of us-east-1, read on {load_table('prices')['read']}, no free tier):"
    yield from (f"  {line.what:42} {line.amount:12,.0f}   ${line.dollars:7.2f}" for line in lines)
    yield f"  {'together':42} {'':12}   ${sum(line.dollars for line in lines):7.2f}"
    yield "  Rotation of the root key adds $1 in the second year and $1 in the third, then no more."


def write_kinds() -> Iterator[str]:
    """Yield what a thousand of each thing cost, and what a flood may cost at most."""
    yield f"A thousand of (units measured on {load_table('measured')['measured']}):"
    yield from (f"  {what:72} ${dollars:7.3f}" for what, dollars in price_thousands())
    rate = float(make_template()["Parameters"]["RequestsPerSecond"]["Default"])
    yield f"A month of floods at the door's {rate:.0f} requests a second, all of it forms: ${price_ceiling(rate):,.0f}."


def write_comparison() -> Iterator[str]:
    """Yield what others cost for the same shop."""
    yield "A shop of 2,000 customers, a submission and two mails a customer and month:"
    yield from (f"  {name:42} ${dollars:8.2f}   {note}" for name, dollars, note in compare_bills())


def write_month(stage: str) -> Iterator[str]:
    """Yield what was used in this month so far; raise SystemExit where AWS does not say it."""
    with explain_faults(stage):
        used = read_usage(find_operator(stage))
    lines = bill_month(used)
    yield f"Stage {stage}, this month so far (CloudWatch counts; the bill of AWS decides):"
    yield from (f"  {line.what:42} {line.amount:12,.0f}   ${line.dollars:7.2f}" for line in lines)
    yield f"  {'together, beside the idle month':42} {'':12}   ${sum(line.dollars for line in lines):7.2f}"


def main() -> None:
    """Print everything."""
    targets = {"DownstreamTargets": os.environ.get("DOWNSTREAM", "")}
    for part in (write_idle(targets), write_kinds(), write_comparison()):
        print("\n".join(part), end="\n\n")
    if not is_local():
        print("\n".join(write_month(name_stage())))


if __name__ == "__main__":
    main()
