"""What the tests of set-up and service share."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A throwaway folder that every user may enter: pytest's own are closed to the user who runs the server for root."""
    folder = Path(os.path.realpath(tempfile.mkdtemp(prefix="gridmap-test-")))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
