"""Which column of a file is which field: known names in Chinese and English, and ``--map field=column``."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from geodata.loaders.errors import ColumnMissing, ColumnUnknown, FieldUnknown, MappingMalformed

Reading = Literal["text", "code", "integer", "number", "date", "time", "word", "list"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a kind: how its cells are read, and by which names a column is recognised.

    ``required``: the file must have a column. ``filled``: every row must have a value. ``default`` stands for an empty cell in a
    column that the table keeps NOT NULL. ``words`` maps what files say to what the table keeps; with ``other_word`` an unknown word
    becomes that one instead of rejecting the row. ``private`` values never appear in messages.
    """

    name: str
    reading: Reading = "text"
    aliases: tuple[str, ...] = ()
    required: bool = False
    filled: bool = False
    default: Any = None
    low: float | None = None
    high: float | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    other_word: str | None = None
    private: bool = False


def column(name: str, *aliases: str, reading: Reading = "text", **more: Any) -> Field:
    """A field, written shortly."""
    return Field(name=name, reading=reading, aliases=aliases, **more)


def code_column(*aliases: str) -> Field:
    """The code that rows of a kind are known by; ``aliases`` are names that only this kind's code has."""
    return column("code", *aliases, "编码", "代码", "编号", reading="code", required=True, filled=True)


CODE = code_column()
SOURCE_IDS = ("osm_id", "osmid", "osm_way_id", "gid", "objectid", "id", "标识码", "序号")
NAME = column("name", "名称", "名字", "全称", default="")
NAME_EN = column("name_en", "英文名称", "英文名", "name:en", "english_name")
COMMUNITY = column(
    "community_code", "社区编码", "社区代码", "所属社区编码", "所属社区代码", "村社区代码", reading="code"
)
LON = column("lon", "lng", "long", "longitude", "x", "经度", "raw_lon", "坐标x", "x坐标", "point_x", reading="number")
LAT = column("lat", "latitude", "y", "纬度", "raw_lat", "坐标y", "y坐标", "point_y", reading="number")
GEOMETRY_NAMES = ("geom", "geometry", "wkt", "wkb", "the_geom", "shape", "图形", "几何")


def normalised(name: str) -> str:
    """A header without case, width, spaces and punctuation.

    >>> normalised(" Property Company "), normalised("property_company"), normalised("经度（度）")
    ('propertycompany', 'propertycompany', '经度度')
    """
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", str(name)).lower())


def parse_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """``field=column`` pairs of the command line. Errors: ``MappingMalformed``.

    >>> parse_mapping(["code=area_numbe"])
    {'code': 'area_numbe'}
    """
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (equals and name.strip() and value.strip()):
            raise MappingMalformed(value=pair)
        found[name.strip().replace("-", "_")] = value.strip()
    return found


def match_columns(
    fields: Sequence[Field], columns: Sequence[str], mapping: Mapping[str, str], *, also: Sequence[str] = ()
) -> dict[str, str]:
    """Field name to column name, for the fields that have a column.

    ``mapping`` wins; a column that it uses serves no other field by its name. The first alias that the file has wins. ``also`` are
    fields that may be mapped but are handled by the caller. Errors: ``FieldUnknown``, ``ColumnUnknown``, ``ColumnMissing``.
    """
    names = [str(each) for each in columns]
    allowed = [each.name for each in fields] + list(also)
    found: dict[str, str] = {}
    for name, wanted in mapping.items():
        if name not in allowed:
            raise FieldUnknown(field=name, name=name, fields=", ".join(allowed))
        found[name] = _existing(wanted, names)
    by_name = {normalised(each): each for each in reversed(names)}
    used = set(found.values())
    for each in fields:
        if each.name in found:
            continue
        for alias in (each.name, *each.aliases):
            candidate = by_name.get(normalised(alias))
            if candidate is not None and candidate not in used:
                found[each.name] = candidate
                used.add(candidate)
                break
        else:
            if each.required:
                raise ColumnMissing(field=each.name, name=each.name, columns=listed(names))
    return found


def find_column(columns: Sequence[str], aliases: Sequence[str]) -> str | None:
    """The column that bears the first of the aliases that any column bears."""
    by_name = {normalised(each): str(each) for each in reversed(list(columns))}
    return next((by_name[normalised(alias)] for alias in aliases if normalised(alias) in by_name), None)


def listed(columns: Sequence[str]) -> str:
    """Column names for a message."""
    return ", ".join(str(each) for each in columns) or "-"


def _existing(wanted: str, names: Sequence[str]) -> str:
    if wanted in names:
        return wanted
    same = [each for each in names if normalised(each) == normalised(wanted)]
    if len(same) != 1:
        raise ColumnUnknown(field=wanted, column=wanted, columns=listed(names))
    return same[0]
