"""`make connect STAGE=prod SENDER=shopify SHOP=corner.myshopify.com`: has a sender's webhooks made, or says the clicks.

It asks, unseen, for a token of the sender, which it keeps nowhere. A webhook to the same address is changed and never
doubled, so the command may be repeated. Secrets that come back go into the door's parameter and onto no screen.

    STAGE=prod             the stage
    SENDER=shopify         shopify: a token of your own app (scopes read_orders, read_customers)
                           typeform: a personal token (scopes webhooks:read, webhooks:write); FORM=id of each form
                           stripe: a restricted key that may write webhook endpoints
                           woocommerce: consumer key and secret of REST API keys, read and write; SHOP=https://...
                           square, tally, webhooks: the clicks are printed
    SHOP=...               the shop: corner.myshopify.com, or https://shop.example of WooCommerce
    FORM="u6nXL7 Rg7TeaQz" forms of Typeform
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chalicelib.errors import ShopUnavailableError
from chalicelib.senders import SENDERS
from infra.account.command import Arguments, read_arguments, run_command
from infra.account.names import check_stage
from infra.account.operator import Operator, is_missing
from infra.account.place import find_operator
from infra.account.rotate_secret import SenderSecrets, check_secret
from infra.account.sender_words import CONNECT
from infra.account.stack import Stack
from infra.account.vendors import Door, Registered
from infra.account.vendors.shopify import register_shopify
from infra.account.vendors.stripe import ADDRESS as STRIPE
from infra.account.vendors.stripe import register_stripe
from infra.account.vendors.typeform import ADDRESS as TYPEFORM
from infra.account.vendors.typeform import register_typeform
from infra.account.vendors.woocommerce import register_woocommerce
from infra.deploy.secrets import SHOPS, put_parameter

CHOSEN = ("typeform", "woocommerce")  # these sign with a secret that the shop chooses


@dataclass(frozen=True)
class Connection:
    """One sender of one shop."""

    operator: Operator
    sender: str
    shop: str = ""
    forms: tuple[str, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)  # where a test plays a sender

    def register(self, public_url: str) -> None:
        """Have the webhooks made; raise SystemExit where something lacks or the sender refuses."""
        address = f"{public_url}/hooks/{self.sender}"
        if self.sender in CONNECT:
            self.tell_clicks(address)
            return
        self.check_words()
        token = self.operator.ask_unseen(f"Token of {self.sender} (unseen, kept nowhere): ").strip()
        if not token:
            raise SystemExit("Without a token nothing is done.")
        self.note_shop()
        try:
            done = self.choose_vendor(token)(Door(address, self.find_secret()))
        except ShopUnavailableError as fault:
            raise SystemExit(f"{self.sender} did not answer ({fault}); repeat this command.") from None
        if done.secret:
            SenderSecrets(self.operator, self.sender).add(done.secret)
            self.operator.say(f"{self.sender}: its secret is written to the door's parameter.")
        self.tell(done, address)

    def choose_vendor(self, token: str) -> Callable[[Door], Registered]:
        """Return what registers the webhooks at a door."""
        where = self.addresses.get(self.sender, "")
        match self.sender:
            case "shopify":
                return lambda door: register_shopify(where or f"https://{self.shop}", token, door)
            case "typeform":
                return lambda door: register_typeform(where or TYPEFORM, token, door, list(self.forms))
            case "stripe":
                return lambda door: register_stripe(where or STRIPE, token, door)
        return lambda door: register_woocommerce(where or self.shop, token, door)

    def check_words(self) -> None:
        """Raise SystemExit where a word on the command line lacks."""
        if self.sender in SHOPS and not self.shop:
            raise SystemExit(f"SHOP=... is needed for {self.sender}.")
        if self.sender == "shopify" and not self.shop.endswith(".myshopify.com"):
            raise SystemExit("SHOP=... is the shop's own name at Shopify, such as corner.myshopify.com.")
        if self.sender == "typeform" and not self.forms:
            raise SystemExit('FORM="..." are the ids of the forms, the last part of their addresses.')

    def find_secret(self) -> str:
        """Return the newest secret of the door; make or ask for one where there is none and one is needed first."""
        held, _, _ = (own := SenderSecrets(self.operator, self.sender)).read()
        if held or self.sender == "stripe":
            return held[0] if held else ""
        if self.sender in CHOSEN:
            own.add(made := secrets.token_urlsafe(32))
            self.operator.say(f"{self.sender}: a secret is made; the door knows it within five minutes.")
            return made
        given = check_secret(
            self.operator.ask_unseen("Client secret of the app, which signs its deliveries (unseen): ")
        )
        own.add(given)
        return given

    def note_shop(self) -> None:
        """Put the shop on the door's list."""
        if self.sender not in SHOPS:
            return
        host = self.shop.removeprefix("https://").partition("/")[0].lower()
        ssm, stage = self.operator.client("ssm"), self.operator.names.stage
        try:
            path = f"{self.operator.names.path}door/shops/{self.sender}"
            held = ssm.get_parameter(Name=path)["Parameter"]["Value"].split()
        except ssm.exceptions.ClientError as error:
            if not is_missing(error):
                raise
            held = []
        if host not in held:
            put_parameter(ssm, stage, f"shops/{self.sender}", "\n".join([*held, host]))

    def tell_clicks(self, address: str) -> None:
        """Print what to click where no API is used here."""
        self.operator.say(f"At {self.sender}, by hand. The address is {address}")
        self.operator.say(f"  {CONNECT[self.sender]}")
        self.operator.say(f"Then: make rotate-secret STAGE={self.operator.names.stage} SENDER={self.sender}")

    def tell(self, done: Registered, address: str) -> None:
        """Print what was done."""
        told = f"{done.made} webhooks made, {done.changed} changed, {done.kept} were right"
        self.operator.say(f"{self.sender}: {told}, all to {address}")
        for note in done.notes:
            self.operator.say(f"  {note}")


def connect_sender(operator: Operator, stack: Stack, connection: Connection) -> None:
    """Connect a sender with the stage's door; raise SystemExit for an unknown one, or a door without an address."""
    if connection.sender not in SENDERS:
        raise SystemExit(f"SENDER={connection.sender}: senders are {', '.join(SENDERS)}.")
    public_url = stack.read_parameters().get("PublicUrl", "")
    if not public_url:
        raise SystemExit(f"{stack.name} has no address yet: make deploy STAGE={operator.names.stage}")
    connection.register(public_url)


def main(asked: Arguments) -> None:
    """Connect one sender."""
    check_stage(asked.stage)
    operator, forms = find_operator(asked.stage), tuple(asked.form.replace(",", " ").split())
    connect_sender(operator, Stack(operator), Connection(operator, asked.sender, asked.shop, forms))


if __name__ == "__main__":
    run_command(main, read_arguments(__doc__ or "", "sender", "shop", "form"))
