"""How the account's commands start: their switches, `HELP=yes`, and AWS's refusals in a sentence."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, fields

from botocore.exceptions import BotoCoreError, ClientError

from infra.account.names import Names
from infra.account.operator import Operator, name_code


@dataclass(frozen=True)
class Arguments:
    """What stands on make's command line: texts, and flags that are true where the word is `yes`."""

    stage: str
    dirty: bool = False
    yes: bool = False
    wait: bool = False
    done: bool = False
    cancel: bool = False
    senders: str = ""
    version: str = ""
    data: str = ""
    sender: str = ""
    shop: str = ""
    form: str = ""
    table: str = ""
    at: str = ""
    file: str = ""


def read_arguments(about: str, *names: str) -> Arguments:
    """Read the arguments; `--explain yes`, which `HELP=yes` becomes, prints what the command does, and ends."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--explain", default="", metavar="yes", help="print this, and do nothing")
    for name in names:
        parser.add_argument(f"--{name}", default="")
    given = vars(parser.parse_args())
    if given.pop("explain") == "yes":
        print(about)
        raise SystemExit
    flags = {field.name for field in fields(Arguments) if field.default is False}
    return Arguments(**{name: value == "yes" if name in flags else value for name, value in given.items()})


def open_operator(stage: str, account: str = "", region: str = "", *, agreed: bool = False) -> Operator:
    """Return the operator at this terminal."""
    return Operator(Names(stage, account, region), agreed=agreed)


def run_command(run: Callable[[Arguments], None], asked: Arguments) -> None:
    """Run a command; what AWS refuses is said in a sentence, and the command can be repeated."""
    try:
        run(asked)
    except ClientError as error:
        said = error.response.get("Error", {}).get("Message", "")
        raise SystemExit(f"AWS refused {error.operation_name} ({name_code(error)}): {said}\n{again(asked)}") from None
    except BotoCoreError as fault:
        raise SystemExit(f"AWS was not reached. {fault}\n{again(asked)}") from None
    except KeyboardInterrupt:
        raise SystemExit(f"\nBroken off. {again(asked)}") from None


def again(asked: Arguments) -> str:
    """Return what holds after a command that broke off."""
    return f"What was done stays; the same command for the stage {asked.stage} goes on from here."
