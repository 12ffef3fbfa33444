"""`make report CAMPAIGN=win-back`: the report of a campaign, by the stage's own clock.

Prints it as JSON, writes it as a page to out/reports/, and says on stderr where that is. Opens no record.
"""

import argparse
import sys
from datetime import datetime
from pathlib import Path

from chalicelib.campaigns.definition import Campaign
from chalicelib.campaigns.library import list_on_file
from chalicelib.report import Report, build_report
from chalicelib.services import Services, current_services
from chalicelib.store.reputation import Rates
from infra.places import ROOT, show_path
from infra.staff.report_page import write_page
from infra.staff.stage import open_stage, stage_now

FOLDER = ROOT / "out" / "reports"


def read_report(campaign: Campaign, services: Services, now: datetime) -> Report:
    """Build a campaign's report from the facts in the table."""
    return build_report(campaign, services.facts.list_facts(campaign.name), now, services.clock.margin)


def save_page(report: Report, folder: Path) -> Path:
    """Write the page; return where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report.campaign}.html"
    path.write_text(write_page(report), "utf-8")
    return path


def explain_stop(rates: Rates) -> str:
    """Return that no marketing is sent now, and why; "" where it is sent."""
    if not rates.stops_marketing:
        return ""
    return (
        f"Marketing is stopped: of {rates.sent:,} mails in seven days {rates.bounced:,} bounced and "
        f"{rates.complained:,} were complained of (docs/mails.md)."
    )


def explain_halt(campaign: str, services: Services) -> str:
    """Return that staff stopped a campaign, since when, and who did; "" where it goes on."""
    halt = services.halts.read_halts([campaign]).get(campaign)
    if halt is None:
        return ""
    member = services.staff.read_member(halt.by)
    named = f"{member.name} ({halt.by})" if member else halt.by
    return f"The campaign is stopped since {halt.at[:16]} UTC, by {named}: no mail of it is sent (docs/desk.md)."


def main() -> int:
    campaigns = {campaign.name: campaign for campaign in list_on_file()}  # a report outlives its campaign
    parser = argparse.ArgumentParser(description="Report what became of a campaign.")
    parser.add_argument("campaign", choices=sorted(campaigns))
    asked = parser.parse_args()
    with open_stage():
        services = current_services()
        report = read_report(campaigns[asked.campaign], services, stage_now())
        rates, halted = services.reputation.read_rates(stage_now()), explain_halt(asked.campaign, services)
    print(report.model_dump_json(indent=2))
    for stopped in filter(None, (halted, explain_stop(rates))):
        print(stopped, file=sys.stderr)
    print(f"The page: {show_path(save_page(report, FOLDER))}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
