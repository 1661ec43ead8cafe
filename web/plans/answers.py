"""Answers to the planning table: JSON that is packed once and not sent again while the browser has it."""

import gzip
import hashlib
import json
from typing import Any

from flask import Response, make_response, request
from werkzeug.wrappers import Response as AnyResponse

#: Level 6 is twice as slow for two per cent.
_LEVEL = 4


def as_json(content: Any) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def packed(body: bytes) -> bytes:
    """A body as it is sent to browsers that unpack it."""
    return gzip.compress(body, _LEVEL, mtime=0)


def unpacked(body: bytes) -> bytes:
    """What was packed."""
    return gzip.decompress(body)


def tag_of(*parts: object) -> str:
    """A tag of what an answer depends on."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]


def packed_answer(body: bytes, tag: str) -> AnyResponse:
    """A packed body; 304 when the caller has it already. Only the caller's own cache may keep it."""
    if request.accept_encodings["gzip"]:
        response = Response(body, mimetype="application/json")
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(unpacked(body), mimetype="application/json")
    # Weak: the same answer, packed or not.
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Accept-Encoding")
    return response.make_conditional(request)


def fresh(content: Any, status: int = 200) -> AnyResponse:
    """JSON that no cache keeps."""
    response = make_response(as_json(content), status)
    response.mimetype = "application/json"
    response.headers["Cache-Control"] = "no-store"
    return response
