"""What somebody saw before deciding, named by a tag: forms carry it, so that nobody overrules another unawares."""

from hashlib import sha256


def seen_tag(*seen: object) -> str:
    """A short name for these values; other values have another."""
    return sha256(repr(seen).encode()).hexdigest()[:16]
