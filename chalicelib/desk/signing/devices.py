"""What a browser is, in words that a person recognises in a list: `Firefox on Android`. It decides nothing."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def name_device(agent: str) -> str:
    """Return browser and system of a User-Agent header, as far as it tells; "" where it tells neither."""
    found = (next((name for mark, name in table if mark in agent), "") for table in (BROWSERS, SYSTEMS))
    return " · ".join(name for name in found if name)
