"""Answers that are saved as files."""

import re
from urllib.parse import quote

from flask import Response

#: What no file system takes in names.
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')


def as_download(response: Response, name: str) -> Response:
    """Have a browser save an answer under a name, which may be Chinese: headers are Latin (RFC 6266, section 4.3).

    >>> as_download(Response(), "对比 a/b.csv").headers["Content-Disposition"]
    "attachment; filename=download.csv; filename*=UTF-8''%E5%AF%B9%E6%AF%94%20a%20b.csv"
    """
    safe = _NOT_IN_NAMES.sub(" ", name)
    suffix = re.search(r"\.[A-Za-z0-9]{1,8}$", safe)
    plain = safe if safe.isascii() else f"download{suffix[0] if suffix else ''}"
    options = {"filename": plain} if safe.isascii() else {"filename": plain, "filename*": f"UTF-8''{quote(safe)}"}
    response.headers.set("Content-Disposition", "attachment", **options)
    return response
