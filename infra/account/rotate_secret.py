"""`make rotate-secret STAGE=prod SENDER=shopify`: replaces a sender's signing secret without losing a delivery.

It asks for the new secret, unseen (or reads it from the standard input), and writes it beside the old one: the door
takes deliveries that either has signed. It says what to do at the sender. `DONE=yes`, later, drops the old one.

    STAGE=prod             the stage
    SENDER=shopify         shopify, typeform, woocommerce, tally, webhooks, stripe, square
    DONE=yes               the sender signs with the new secret alone by now: drop the old one

A secret that leaked is dropped at once: run it with DONE=yes as soon as the sender has the new one.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chalicelib.senders import SENDERS
from infra.account.command import Arguments, read_arguments, run_command
from infra.account.names import check_stage
from infra.account.operator import Operator, is_missing
from infra.account.place import find_operator
from infra.account.sender_words import name_grace, tell_first, tell_then
from infra.deploy.secrets import put_parameter

LEAST = 8  # letters: a shorter one is a slip of the hand
FRESH = timedelta(minutes=5)  # the door reads its parameters again after this long


@dataclass(frozen=True)
class SenderSecrets:
    """The signing secrets of one sender, newest first, and how their parameter is stored."""

    operator: Operator
    sender: str

    @property
    def path(self) -> str:
        return f"{self.operator.names.path}door/senders/{self.sender}"

    def read(self) -> tuple[list[str], str, datetime]:
        """Return the secrets, the parameter's type, and when it changed; none where there is none."""
        ssm = self.operator.client("ssm")
        try:
            found = ssm.get_parameter(Name=self.path, WithDecryption=True)["Parameter"]
        except ssm.exceptions.ClientError as error:
            if not is_missing(error):
                raise
            return [], "String", datetime.min.replace(tzinfo=UTC)
        return found["Value"].split(), found["Type"], found["LastModifiedDate"]

    def write(self, secrets: list[str], kind: str) -> None:
        stage = self.operator.names.stage
        put_parameter(self.operator.client("ssm"), stage, f"senders/{self.sender}", "\n".join(secrets), kind)

    def add(self, secret: str) -> bool:
        """Put a secret in front of the newest one; return whether it is a new one. An older third one is dropped."""
        held, kind, _ = self.read()
        if held[:1] == [secret]:
            return False
        self.write([secret, *[each for each in held if each != secret][:1]], kind)
        return True


def rotate_secret(operator: Operator, sender: str, *, done: bool, ask: Callable[[], str], now: datetime) -> None:
    """Begin a rotation, or end one; raise SystemExit for a sender or secret that is none."""
    if sender not in SENDERS:
        raise SystemExit(f"SENDER={sender}: senders are {', '.join(SENDERS)}.")
    secrets = SenderSecrets(operator, sender)
    if done:
        end_rotation(operator, secrets, now)
    else:
        begin_rotation(operator, secrets, ask)


def begin_rotation(operator: Operator, secrets: SenderSecrets, ask: Callable[[], str]) -> None:
    """Write the new secret beside the old one."""
    held, _, _ = secrets.read()
    if len(held) > 1:
        raise SystemExit(f"{secrets.sender} has two secrets: end that rotation first, with DONE=yes.")
    tell_first(operator, secrets.sender)
    given = check_secret(ask())
    if not secrets.add(given):
        raise SystemExit("That is the secret that the door has. Nothing was changed.")
    stage, sender = operator.names.stage, secrets.sender
    both = ", and the old one too" if held else ""
    operator.say(f"{sender}: in five minutes the door takes the new secret{both}.")
    tell_then(operator, sender)
    if held:
        operator.say(f"Then, {name_grace(sender)}: make rotate-secret STAGE={stage} SENDER={sender} DONE=yes")


def end_rotation(operator: Operator, secrets: SenderSecrets, now: datetime) -> None:
    """Drop the old secret; raise SystemExit where there is one alone."""
    held, kind, changed = secrets.read()
    if len(held) < 2:
        raise SystemExit(f"{secrets.sender} has {len(held)} secret: there is no old one to drop.")
    left = FRESH - (now - changed)
    if left > timedelta():
        raise SystemExit(f"Some doors do not know the new secret yet: repeat this in {left.seconds // 60 + 1} minutes.")
    secrets.write(held[:1], kind)
    operator.say(f"{secrets.sender}: the old secret is dropped; the door refuses it within five minutes.")


def check_secret(given: str) -> str:
    """Return a secret; raise SystemExit for one that is none."""
    secret = given.strip()
    if len(secret) < LEAST or len(secret.split()) != 1:
        raise SystemExit(f"A secret is one word of {LEAST} letters or more. Nothing was changed.")
    return secret


def ask_secret(operator: Operator, sender: str) -> str:
    """Ask for the new secret, unseen; without a terminal, read it from the standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    return operator.ask_unseen(f"New signing secret of {sender} (unseen): ")


def main(asked: Arguments) -> None:
    """Rotate the secret of one sender."""
    check_stage(asked.stage)
    operator, now = find_operator(asked.stage), datetime.now(UTC)
    rotate_secret(operator, asked.sender, done=asked.done, ask=lambda: ask_secret(operator, asked.sender), now=now)


if __name__ == "__main__":
    run_command(main, read_arguments(__doc__ or "", "sender", "done"))
