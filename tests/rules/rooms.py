"""The rooms of chalicelib and of infra, and what each may import: `docs/architecture.md` shows the same table."""

# Files that any room may import.
ROOTS = {"addresses", "config", "definitions", "errors", "logs", "models", "strictjson", "text"}
# Room: what it may import, besides itself and ROOTS.
ROOMS = {
    "app": "functions routes desk",
    "functions": "settling outreach offers data_requests weekly retention fold optin erasure downstream mails senders "
    "door runs services store",
    "routes": "door pages data_requests campaigns senders forms store shop words",
    "desk": "crowd settling outreach report today joining retention fold door routes data_requests erasure pages "
    "campaigns mails people senders forms services store shop words numbers stats surveys telling tours groups "
    "weekly",
    "crowd": "people services store vault runs",
    "tours": "crowd data_requests groups numbers people services forms store vault shop stats",
    "settling": "erasure people senders services store shop runs downstream optin surveys",
    "weekly": "telling mails numbers store runs services shop",
    "offers": "campaigns mails store runs services",
    "outreach": "crowd campaigns mails numbers people senders shop store runs services",
    "data_requests": "pages campaigns mails numbers people senders forms store vault shop runs services words",
    "retention": "crowd erasure joining people senders store shop runs services",
    "fold": "crowd campaigns numbers people store vault runs services",
    "today": "optin campaigns people senders store services",
    "joining": "downstream people senders store services",
    "optin": "forms mails people senders store shop runs services",
    "erasure": "downstream people senders store vault shop runs services",
    "downstream": "senders store runs services",
    "telling": "report mails forms words numbers stats",
    "numbers": "campaigns groups people forms services store shop runs stats",
    "surveys": "forms services store vault shop numbers stats",
    "report": "campaigns stats store",
    "imports": "campaigns forms shop",
    "pages": "campaigns mails senders forms store shop words stats",
    "door": "services store vault",
    "services": "campaigns mails people store vault shop",
    "campaigns": "groups mails people forms stats shop words",
    "groups": "people forms shop",
    "mails": "forms shop words",
    "people": "senders store vault shop",
    "senders": "forms store shop",
    "forms": "shop words",
    "store": "vault shop runs",
    "runs": "",
    "stats": "",
    "vault": "",
    "words": "shop",
    "shop": "",
}

# Room: which rooms it may import, besides itself. `root` is the files that lie in infra/ itself.
INFRA_ROOMS: dict[str, set[str]] = {
    "root": set(),
    "deploy": {"root"},
    "cost": {"root", "deploy", "account", "staff"},
    "account": {"root", "deploy"},
    "local": {"root", "deploy"},
    "staff": {"root", "local", "account"},
    "watch": {"root", "account", "deploy", "local", "staff"},
    "smoke": {"root", "account", "staff", "watch"},
    "demo": {"root", "local", "staff"},
}
