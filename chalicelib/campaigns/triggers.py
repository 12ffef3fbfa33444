"""What can start a campaign. A new trigger is one finder in reasons.py and one line of TRIGGERS.

A trigger's `reason` names a sentence of every mail language (mails/words.py, `Reason`): the last line of a marketing
mail. A campaign with a trigger that is not in the table is refused when its file is read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import tzinfo

from chalicelib.campaigns import reasons
from chalicelib.campaigns.delay import Delay
from chalicelib.campaigns.needs import Demands
from chalicelib.campaigns.reasons import Reason
from chalicelib.mails import words
from chalicelib.mails.language import find_mail_language
from chalicelib.models import Profile
from chalicelib.words import list_languages

Finder = Callable[[Profile, Delay, str, tzinfo, Demands], Iterator[Reason]]


@dataclass(frozen=True)
class Trigger:
    """One trigger.

    `find` yields the reasons in one profile; it gets the campaign's delay and purpose, the person's time zone, and what
    is known of products over everybody. `learns` is true where it finds nothing without that.
    `needs` and `takes` are keys of `[when]`. `marketing` is true where a mail for this reason is always advertising.
    `confirms` is true where a transactional mail confirms an entry, which anybody can send; `serves` is the purpose
    that a transactional mail belongs to.
    """

    name: str
    find: Finder
    reason: words.Reason
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ("days", "hours")
    marketing: bool = False
    confirms: bool = False
    serves: str = "orders"
    learns: bool = False

    def list_silent(self) -> list[str]:
        """Return the mail languages that have no sentence for the reason."""
        return [language for language in list_languages() if self.reason not in find_mail_language(language).reasons]

    def judge_delay(self, delay: Delay) -> str:
        """Return the fault in the keys of a delay, or ""."""
        given = {key for key in Delay.model_fields if getattr(delay, key)}
        if missing := [key for key in self.needs if key not in given]:
            return f"{self.name} needs {' and '.join(missing)}"
        if useless := sorted(given - {*self.needs, *self.takes}):
            return f"{self.name} does not take {' and '.join(useless)}"
        return ""


TRIGGERS = {
    each.name: each
    for each in (
        Trigger("inactive", reasons.find_quiet, "bought", needs=("days",), marketing=True),
        # The person's own rhythm sets the moment, so there is no delay.
        Trigger("at-risk", reasons.find_risk, "bought", takes=(), marketing=True),
        # The gaps of the product and of the person set the moment.
        Trigger(
            "needs-again",
            reasons.find_needs,
            "bought",
            needs=("again_share",),
            takes=(),
            marketing=True,
            learns=True,
        ),
        Trigger("after-purchase", reasons.find_purchases, "bought"),
        Trigger("after-sign-up", reasons.find_sign_up, "signed_up", marketing=True),
        Trigger("after-pre-order", reasons.find_pre_orders, "pre_ordered", confirms=True),
        Trigger("after-warranty", reasons.find_cards, "registered", confirms=True, serves="warranty"),
        Trigger("after-staff-entry", reasons.find_taken, "registered", confirms=True, serves="proof"),
        Trigger(
            "warranty-ending", reasons.find_endings, "registered", needs=("days", "warranty_months"), serves="warranty"
        ),
        Trigger("pre-order-shipped", reasons.find_shipped, "pre_ordered"),
    )
}
