"""Random words that open something (a session, the interface), and what is stored of them."""

import hashlib
import secrets


def new_word() -> str:
    """256 random bits as text for a cookie or header."""
    return secrets.token_urlsafe(32)


def stored_form(word: str) -> bytes:
    """SHA-256 of the word, 32 bytes: who reads the database cannot sign in with it. Enough for what is random itself."""
    return hashlib.sha256(word.encode()).digest()


def new_password() -> str:
    """A password to hand over on paper: 16 letters and digits that are not taken for each other, in groups (79 random bits)."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
