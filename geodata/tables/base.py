"""What every table shares: one MetaData, names of constraints, columns that repeat."""

from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, MetaData, Text, Uuid, text
from sqlalchemy.dialects.postgresql import DATERANGE

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column() -> Column[int]:
    """The bigint key that other tables point at."""
    return Column("id", BigInteger, Identity(always=False), primary_key=True)


def ref_column() -> Column[Any]:
    """The random name that addresses carry, so that keys cannot be counted through."""
    return Column("ref", Uuid, nullable=False, unique=True, server_default=text("gen_random_uuid()"))


def name_columns() -> list[Column[Any]]:
    """The name in the city's language, and one in English where there is one."""
    return [Column("name", Text, nullable=False, server_default=""), Column("name_en", Text)]


def geometry_column(kind: str, *, nullable: bool = False) -> Column[Any]:
    """A geometry in EPSG:4326, longitude first, with a GiST index."""
    return Column("geom", Geometry(kind, srid=4326, spatial_index=True), nullable=nullable)


def geometry_checks() -> list[CheckConstraint]:
    """Valid, not empty, on earth."""
    return [
        CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name="geom_valid"),
        CheckConstraint(
            "ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180 AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90",
            name="geom_on_earth",
        ),
    ]


def days_column() -> Column[Any]:
    """From which day to before which day a row holds, days of the city; an end that is missing is open."""
    return Column("valid", DATERANGE, nullable=False, server_default=text("'(,)'"))


def days_whole() -> list[CheckConstraint]:
    """At least one day."""
    return [
        CheckConstraint("NOT isempty(valid)", name="valid_not_empty"),
        CheckConstraint("lower_inc(valid) OR lower_inf(valid)", name="valid_half_open"),
    ]


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """The column holds one of the words."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")
