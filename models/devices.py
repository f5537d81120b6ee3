"""What a device is called in the list of one's sessions."""

from __future__ import annotations

UNKNOWN = "Unknown device"

# The first that is found counts: browsers name those that they want to be taken for
# as well, behind their own name.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def name(agent: str) -> str:
    """Name a device by what it says of itself, e.g. “Firefox on Linux”.

    Only names from here are given back: what a client made up is shown to nobody.

    :param agent: a ``User-Agent`` header
    """
    browser = _first(_BROWSERS, agent)
    system = _first(_SYSTEMS, agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or UNKNOWN


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((named for sign, named in known if sign in agent), "")
