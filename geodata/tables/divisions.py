from sqlalchemy import CheckConstraint, Column, Computed, Date, ForeignKey, Index, Table, Text, column, table
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint

from geodata.tables.base import geometry_checks, geometry_column, id_column, metadata, name_columns, one_of

LEVELS = ("city", "district", "street", "community")
KINDS = ("administrative", "statistical")

_PARENT = "CASE length(code) WHEN 6 THEN left(code, 4) WHEN 9 THEN left(code, 6) WHEN 12 THEN left(code, 9) END"

#: City, district, street, community: nested codes of 4, 6, 9 and 12 digits. The geometry may be missing: official lists have none.
division = Table(
    "division",
    metadata,
    id_column(),
    Column("code", Text, nullable=False, unique=True),
    Column("level", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="administrative"),
    *name_columns(),
    # The parent is in the code; deriving it leaves nothing to contradict.
    Column(
        "parent_code",
        Text,
        Computed(_PARENT, persisted=True),
        ForeignKey("division.code", deferrable=True, initially="DEFERRED"),
    ),
    geometry_column("MULTIPOLYGON", nullable=True),
    # From which day it is as it stands here, NULL since ever; what it was before is in division_former.
    Column("since", Date),
    Column("retired_on", Date),
    CheckConstraint("since <= retired_on", name="days_in_order"),
    one_of("level", LEVELS),
    one_of("kind", KINDS),
    CheckConstraint(
        "code ~ '^[0-9]+$' AND length(code) = CASE level WHEN 'city' THEN 4 WHEN 'district' THEN 6 WHEN 'street' THEN 9 ELSE 12 END",
        name="code_fits_level",
    ),
    *geometry_checks(),
)
Index("ix_division_parent_code", division.c.parent_code)

#: What a division was before an edition of the list changed its name, kind or boundary, or put it in force again.
division_former = Table(
    "division_former",
    metadata,
    id_column(),
    Column("code", Text, ForeignKey("division.code"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    geometry_column("MULTIPOLYGON", nullable=True),
    Column("valid", DATERANGE, nullable=False),
    one_of("kind", KINDS),
    CheckConstraint("NOT isempty(valid) AND NOT upper_inf(valid)", name="has_ended"),
    ExcludeConstraint(("code", "="), ("valid", "&&"), name="ex_division_former_one_state", using="gist"),
)
Index("ix_division_former_code", division_former.c.code)

#: A view: every state of every division with the days on which it held, present and former ones.
division_in_time = table(
    "division_in_time",
    *(column(name) for name in ("id", "code", "level", "kind", "name", "name_en", "geom", "valid")),
)
