"""What a browser is called, from the long line by which it names itself."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""The first that is in the line: later ones are named there by imitation."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def name_browser(agent: str) -> str:
    """Browser and system, such as "Firefox, Windows"; what is not known is shown as it came."""
    found = [
        next((name for mark, name in names if mark in agent), "") for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(name for name in found if name) or agent[:60]
