"""Front-end libraries, served by ourselves from ``web/node_modules``: a list of what may be read, versions in the address."""

import json
import logging
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, send_from_directory, url_for
from werkzeug.exceptions import NotFound

from gridmap.errors import GridmapError
from web.access import public

NODE_MODULES = Path(__file__).parent / "node_modules"
_ONE_YEAR = 31_536_000

#: Files that pages use; a folder ends with a slash.
ALLOWED: dict[str, tuple[str, ...]] = {
    "bootstrap": ("dist/css/bootstrap.min.css", "dist/js/bootstrap.bundle.min.js"),
    "bootstrap-icons": ("font/bootstrap-icons.min.css", "font/fonts/"),
    "echarts": ("dist/echarts.min.js",),
    "htmx.org": ("dist/htmx.min.js",),
    "leaflet": ("dist/leaflet.css", "dist/leaflet.js", "dist/images/"),
    "leaflet-geoman": ("dist/leaflet-geoman.css", "dist/leaflet-geoman.min.js"),
    "protomaps-leaflet": ("dist/protomaps-leaflet.js",),
}


class VendorMissing(GridmapError):
    """The libraries were never fetched."""

    code = "vendor_missing"
    zh = "缺少前端组件 {name}。请运行 scripts/run，或在 web 文件夹中执行 npm ci。"
    en = "The front-end library {name} is missing. Start scripts/run, or run npm ci in the folder web."


@lru_cache(maxsize=32)
def package_version(package: str) -> str:
    """The version that is installed. Errors: ``VendorMissing``."""
    try:
        found: str = json.loads((NODE_MODULES / package / "package.json").read_text(encoding="utf-8"))["version"]
    except OSError as error:
        raise VendorMissing(name=package) from error
    return found


def vendor_url(package: str, path: str) -> str:
    """The address of a library's file; it changes with the version, so that browsers may keep it for long."""
    return url_for("vendor", package=package, path=path, v=package_version(package))


@public
def serve(package: str, path: str) -> Response:
    """A file of the list."""
    if ".." in path.split("/") or not any(
        path == item or (item.endswith("/") and path.startswith(item)) for item in ALLOWED.get(package, ())
    ):
        raise NotFound
    package_version(package)
    response = send_from_directory(NODE_MODULES / package, path, max_age=_ONE_YEAR)
    response.headers["Cache-Control"] = f"public, max-age={_ONE_YEAR}, immutable"
    return response


def _kept_for(filename: str | None) -> int | None:  # noqa: ARG001  (Flask's signature)
    return _ONE_YEAR if "v" in request.args else None


def init_app(app: Flask) -> None:
    """Serve the libraries; say at start when they are missing."""
    app.add_url_rule("/static/vendor/<package>/<path:path>", "vendor", serve)
    # Our own files: an address with the version changes with the content; one without is asked about each time.
    app.get_send_file_max_age = _kept_for  # type: ignore[method-assign]
    for package in ALLOWED:
        try:
            package_version(package)
        except VendorMissing as error:
            logging.getLogger(__name__).error(error.text("en"))
            break
