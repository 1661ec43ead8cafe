"""Indexes kept in files beside the data: one process builds, the others wait for it or use what is there.

A file is named by the database, the version of the grids and the first day of the edition that it holds, and says so inside too: it
is never another one's. A disk that is full or cannot be written to costs memory and time, no answer.
"""

import fcntl
import hashlib
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import gridmap.assignment
from geodata.indexes import file
from geodata.indexes.file import Arrays, IndexUnreadable

log = logging.getLogger(__name__)

#: Files of one version that are kept: editions of the past are asked for when reports of years are assigned.
_KEPT = 16
#: What nobody opened for so long, also of another database, is removed.
_UNUSED_S = 30 * 86_400.0
#: So long a process waits for another one's index before it builds its own.
_PATIENCE_S = 60.0
_warned: set[Path] = set()


@dataclass(frozen=True, slots=True)
class Edition:
    """Which grids an index holds: those of a database at a version, from ``first_day`` (empty: ever) to the next change."""

    database: str
    version: int
    first_day: str

    def path(self, folder: Path) -> Path:
        """The name of its file."""
        return folder / f"{self.database}_{self.version}_{self.first_day or 'ever'}.index"


def kept_arrays(home: Path, edition: Edition, build: Callable[[], Arrays]) -> Arrays:
    """The arrays of an edition from its file, which is built and written when it is not there or not sound."""
    folder = home / "indexes"
    path = edition.path(folder)
    if (found := _opened(path, edition)) is not None:
        return found
    built: Arrays | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _builder(folder):
            if (found := _opened(path, edition)) is not None:
                return found
            built = build()
            file.write(path, _about(edition), built)
            _sweep(folder, edition)
        return _opened(path, edition) or built
    except OSError as error:
        if folder not in _warned:
            _warned.add(folder)
            log.warning("indexes are kept in memory only: %s", error)
        return built if built is not None else build()


def _opened(path: Path, edition: Edition) -> Arrays | None:
    try:
        found = file.read(path, _about(edition))
    except OSError:
        return None  # absent; what else is wrong is told by whoever tries to write it
    except IndexUnreadable as error:
        log.warning("an index is not used and will be built anew: %s (%s)", path.name, error)
        return None
    with suppress(OSError):
        os.utime(path)  # tells the sweep that it is in use
    return found


@contextmanager
def _builder(folder: Path) -> Iterator[None]:
    """One process at a time; after a long wait for one that does not come to its end, another builds as well."""
    with (folder / "lock").open("a") as handle:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.02)
        yield


def _sweep(folder: Path, edition: Edition) -> None:
    """Remove older versions, editions beyond the latest used, what was never finished and what nobody opened for long."""
    own = folder.glob(f"{edition.database}_*.index")
    present = sorted((path for path in own if _version(path) == edition.version), key=_used_at, reverse=True)
    old = [path for path in folder.glob(f"{edition.database}_*.index") if _version(path) < edition.version]
    unused = [path for path in folder.glob("*.index") if time.time() - _used_at(path) > _UNUSED_S]
    for path in {*old, *present[_KEPT:], *unused, *folder.glob("*.new")}:
        path.unlink(missing_ok=True)


def _version(path: Path) -> int:
    number = path.stem.split("_")[-2]
    return int(number) if number.isdigit() else -1


def _used_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _about(edition: Edition) -> dict[str, object]:
    return {**asdict(edition), "made_by": _made_by()}


@cache
def _made_by() -> str:
    """Names the code that lays out the arrays: an index of another release is built anew, also when nobody thought of it."""
    said = hashlib.sha256()
    for source in sorted(Path(gridmap.assignment.__path__[0]).glob("*.py")):
        said.update(source.read_bytes())
    return said.hexdigest()[:16]
