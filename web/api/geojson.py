"""Answers as GeoJSON (RFC 7946), with a tag so that an unchanged answer is not sent again."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse


def feature(key: str, geometry: dict[str, Any] | None, properties: dict[str, Any]) -> dict[str, Any]:
    """One feature; ``geometry`` in degrees, longitude first, or None when the place is not known."""
    return {"type": "Feature", "id": key, "geometry": geometry, "properties": properties}


def point(lon: float | None, lat: float | None) -> dict[str, Any] | None:
    """A point to 7 decimals (a centimetre), or None."""
    if lon is None or lat is None:
        return None
    return {"type": "Point", "coordinates": [round(lon, 7), round(lat, 7)]}


def collection(features: Sequence[dict[str, Any]], next_cursor: str | None) -> AnyResponse:
    """A page of features; ``next`` is the cursor of the one after, null on the last."""
    return tagged({"type": "FeatureCollection", "features": features, "next": next_cursor})


def tagged(content: dict[str, Any]) -> AnyResponse:
    """The content with its tag; 304 when the caller has it already. Only the caller's own cache may keep it."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    response = Response(body, mimetype="application/geo+json")
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)
