"""A first look into a file: its layers and columns, without reading its rows."""

import itertools
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

from geodata.loaders.archives import check_archive, unpacked
from geodata.loaders.columns import Field
from geodata.loaders.columns import find_column as found_column
from geodata.loaders.errors import BadInput, FileUnreadable
from geodata.loaders.readers import files_in, read_file
from geodata.loaders.tables_in import read_csv

_TABLES = (".csv", ".tsv", ".txt")
_BOOKS = (".xlsx", ".xlsm")
_PARQUETS = (".parquet", ".geoparquet", ".pq")
_ROWS = 50


@dataclass(frozen=True, slots=True)
class FileLook:
    """Layers, sheets or files to choose from, the one looked at (empty while several wait for a choice), and its columns."""

    layers: tuple[str, ...]
    layer: str
    columns: tuple[str, ...]

    def suggested(self, fields: tuple[Field, ...]) -> dict[str, str]:
        """Field to column, for the fields that the loader would find by name."""
        pairs = ((each.name, found_column(self.columns, (each.name, *each.aliases))) for each in fields)
        return {name: column for name, column in pairs if column is not None}


def look_into(path: Path, kind: str, layer: str | None = None) -> FileLook:
    """Layers and columns of a file. Errors: ``BadInput``."""
    name = path.name.lower()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if name.endswith(_TABLES):
                return FileLook((), "", _columns_of_table(path))
            if name.endswith(_BOOKS):
                return _book(path, kind, layer)
            if name.endswith(_PARQUETS):
                return FileLook((), "", _columns_of_parquet(path))
            if name.endswith(".zip"):
                return _zip(path, kind, layer)
            if name.endswith(".pbf"):
                return FileLook((), "", ())
            return _vector(path, kind, layer)
    except BadInput:
        raise
    except Exception as error:  # every reader has errors of its own
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        raise FileUnreadable(path=path.name, reason=first_line.replace(f"{path.parent}/", "")) from error


def _chosen(layers: tuple[str, ...], kind: str, layer: str | None) -> str:
    if layer in layers:
        return str(layer)
    alike = [each for each in layers if each.lower().replace("_", "-") in (kind, kind.removesuffix("s"))]
    return layers[0] if len(layers) == 1 else alike[0] if len(alike) == 1 else ""


def _vector(path: Path, kind: str, layer: str | None) -> FileLook:
    import pyogrio

    layers = tuple(str(each) for each in pyogrio.list_layers(path)[:, 0])
    chosen = _chosen(layers, kind, layer)
    columns = pyogrio.read_info(path, layer=chosen)["fields"] if chosen else ()
    return FileLook(layers if len(layers) > 1 else (), chosen, tuple(str(each) for each in columns))


def _columns_of_table(path: Path) -> tuple[str, ...]:
    """By the loader's own reader, from the first lines alone."""
    with tempfile.TemporaryDirectory(prefix="gridmap-") as folder, path.open("rb") as file:
        head = Path(folder) / path.name
        head.write_bytes(b"".join(itertools.islice(file, _ROWS)))
        return tuple(str(each) for each in read_csv(head, None).frame.columns)


def _columns_of_parquet(path: Path) -> tuple[str, ...]:
    import pyarrow.parquet as pq

    return tuple(str(each) for each in pq.read_schema(path).names)


def _book(path: Path, kind: str, layer: str | None) -> FileLook:
    from openpyxl import load_workbook

    check_archive(path)
    book = load_workbook(path, read_only=True)
    layers = tuple(book.sheetnames)
    book.close()
    chosen = _chosen(layers, kind, layer)
    columns = read_file(path, kind, layer=chosen).frame.columns if chosen else ()
    return FileLook(layers if len(layers) > 1 else (), chosen, tuple(str(each) for each in columns))


def _zip(path: Path, kind: str, layer: str | None) -> FileLook:
    with unpacked(path) as folder:
        inside = files_in(folder, path.name)
        if len(inside) == 1:
            return look_into(next(iter(inside.values())), kind, layer)
        layers = tuple(inside)
        chosen = _chosen(layers, kind, layer)
        columns = look_into(inside[chosen], kind).columns if chosen else ()
        return FileLook(layers, chosen, columns)
