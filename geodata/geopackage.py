"""GeoPackages written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geodata.loaders.errors import BadInput


class OutputUnwritable(BadInput):
    """The output has no place, or a name that does not say GeoPackage."""

    code = "output_unwritable"
    zh = "无法写入“{path}”：{reason}。请写作可写文件夹中的 .gpkg 文件。"
    en = "“{path}” cannot be written: {reason}. Name a .gpkg file in a folder that can be written."


@contextmanager
def new_geopackage(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write layers to; it takes its place once they are all there. Errors: ``OutputUnwritable``."""
    if path.suffix.lower() != ".gpkg":
        raise OutputUnwritable(field="output", path=path, reason="*.gpkg")
    made = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield made
        made.replace(path)
    except Exception as error:  # GDAL has errors of its own beside OSError
        reason = (str(error).splitlines() or [type(error).__name__])[0].replace(str(made), path.name)
        raise OutputUnwritable(field="output", path=path, reason=reason) from error
    finally:
        made.unlink(missing_ok=True)
