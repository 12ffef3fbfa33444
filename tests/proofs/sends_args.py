"""What every proof of sending is asked on the command line: how many, which seed, how long at most."""

import argparse
import os
import random
import threading
from multiprocessing import active_children


def make_parser(doc: str, total: int, meaning: str) -> argparse.ArgumentParser:
    """Return a parser for the questions that all of them have."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--total", type=int, default=total, help=f"{meaning} ({total:,})")
    parser.add_argument("--seed", type=int, default=None, help="the seed of an earlier run, to see it again")
    parser.add_argument("--minutes", type=float, default=60, help="give up after so long (60)")
    return parser


def read_args(parser: argparse.ArgumentParser, given: list[str] | None = None) -> argparse.Namespace:
    """Return the answers, a seed among them in any case, and start the clock."""
    asked = parser.parse_args(given)
    if asked.seed is None:
        asked.seed = random.SystemRandom().randrange(10**6)
    timer = threading.Timer(asked.minutes * 60, give_up, (asked.minutes,))
    timer.daemon = True
    timer.start()
    return asked


def give_up(minutes: float) -> None:
    """End the process and those it shares the work with; the kernel ends each one's DynamoDB Local."""
    print(f"not proven: gave up after {minutes:g} minutes", flush=True)
    for child in active_children():
        child.kill()
    os._exit(3)
