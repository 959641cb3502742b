"""What `PLUGINS = [plugin]` names; Pelican itself is imported only when it calls `register`."""


def register() -> None:
    """Connect to Pelican's signals."""
