"""How gunicorn runs ``web:create_app()``; options on its command line win."""

import tempfile
from pathlib import Path
from typing import Any

worker_class = "gthread"
workers = 2
threads = 8
# A request's statement ends after 20 s by itself; a worker that is silent longer than this is stuck.
timeout = 60
graceful_timeout = 10
keepalive = 5
# Libraries are read once; worker processes share them. Nothing is connected before they part.
preload_app = True
# Requests are logged by web.logs, without addresses.
accesslog = None
errorlog = "-"
# Heartbeats of workers go to memory where there is any: a busy disk must not look like a stuck worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else tempfile.gettempdir()  # noqa: S108
# Proxies are believed as the setting `proxies` says, by web.security, not by gunicorn.
forwarded_allow_ips = ""


def post_worker_init(worker: Any) -> None:
    """Once a process has parted from the others it reads what it will be asked for."""
    from web.warming import keep_warm

    keep_warm(worker.wsgi)
