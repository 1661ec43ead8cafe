"""Files and frames in: dry run by default, every rejected row told, nothing lost.

``apply_frame`` and ``load_file`` write in the caller's transaction. They are imported at first use, because reading files (for
``gridmap locate``) needs no database.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geodata.loaders.batch import LoadOptions
    from geodata.loaders.core import KINDS, apply_frame, load_file, load_source
    from geodata.loaders.errors import BadInput
    from geodata.loaders.summary import LoadSummary

__all__ = ["KINDS", "BadInput", "LoadOptions", "LoadSummary", "apply_frame", "load_file", "load_source"]

_HOMES = {
    "KINDS": "core", "apply_frame": "core", "load_file": "core", "load_source": "core", "BadInput": "errors", "LoadOptions": "batch",
    "LoadSummary": "summary",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"geodata.loaders.{_HOMES[name]}"), name)
