"""What a person clicks at each sender, where no API does it; where nothing else is said, an address is filled in."""

from infra.account.operator import Operator

# How a new secret comes to the sender.
ROTATE = {
    "shopify": "Dev Dashboard, your app, Settings, Credentials: Rotate. Copy the new secret; revoke no old one yet.",
    "typeform": "Connect, Webhooks, the webhook, Edit: put the new secret into Secret, Save.",
    "woocommerce": "WooCommerce, Settings, Advanced, Webhooks, each webhook: put the new secret into Secret, Save.",
    "tally": "The form, Integrations, Webhooks, Edit: put the new secret into Signing secret, Save.",
    "webhooks": "At the sender's settings of webhooks: rotate the secret, and copy the new one.",
    "stripe": "Developers, Webhooks, the destination, Roll secret: the old one expires in 24 hours. Copy the new one.",
    "square": "Developer Console, the application, Webhooks, Subscriptions, yours: Replace the signature key.",
}
ISSUED = ("shopify", "stripe", "square", "webhooks")  # these make the secret themselves
# How a webhook is made by hand.
CONNECT = {
    "tally": "Each form, Integrations, Webhooks, Connect: Endpoint URL the address, Add signing secret.",
    "webhooks": "At the sender: a webhook to the address, signed by the Standard Webhooks specification.",
    "square": "Developer Console, Production, the application, Webhooks, Subscriptions, Add subscription: Notification "
    "URL the address, events payment, refund and customer; then Show the signature key.",
}
GRACE = {
    "shopify": "an hour after the older secret was revoked",
    "typeform": "ten hours later",
    "stripe": "when the old secret has expired",
    "tally": "a day later",
    "square": "a day later",
    "woocommerce": "an hour later",
    "webhooks": "some days later",
}


def name_grace(sender: str) -> str:
    """Return when no delivery is repeated any more that the old secret has signed (docs/senders.md)."""
    return GRACE[sender]


def tell_first(operator: Operator, sender: str) -> None:
    """Print where the new secret comes from."""
    if sender in ISSUED:
        operator.say(f"First at {sender}: {ROTATE[sender]}")
    else:
        operator.say("Choose a new secret of 32 random letters or more; a password manager makes one.")


def tell_then(operator: Operator, sender: str) -> None:
    """Print what is left to do at the sender."""
    if sender == "shopify":
        operator.say("In five minutes, at shopify: revoke the old secret.")
    elif sender not in ISSUED:
        operator.say(f"In five minutes, at {sender}: {ROTATE[sender]}")
