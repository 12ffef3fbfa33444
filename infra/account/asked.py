"""The words on make's command line of the commands that have words of their own."""

import argparse


def read_asked(about: str, *names: str) -> dict[str, str]:
    """Read the stage and further words, each "" unless given; `HELP=yes` prints what the command does and ends."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--explain", default="", metavar="yes", help="print this, and do nothing")
    for name in names:
        parser.add_argument(f"--{name}", default="")
    given: dict[str, str] = vars(parser.parse_args())
    if given.pop("explain") == "yes":
        raise SystemExit(print(about))
    return given
