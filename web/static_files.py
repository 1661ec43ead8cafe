"""Addresses of our own static files."""

from hashlib import sha256
from pathlib import Path

from flask import url_for

_STATIC = Path(__file__).parent / "static"


def static_url(path: str) -> str:
    """The address of our own static file, with a short hash of its content, so that a new one is fetched at once."""
    return url_for("static", filename=path, v=sha256((_STATIC / path).read_bytes()).hexdigest()[:10])
