from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, Text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from geodata.tables.base import days_column, days_whole, id_column, metadata, one_of, ref_column

#: Staff: who works for a grid, a community, a compound. With or without an account.
person = Table(
    "person",
    metadata,
    id_column(),
    ref_column(),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False, server_default=""),
    CheckConstraint("code <> '' AND name <> ''", name="named"),
)

POST_KINDS = (
    "grid_worker",
    "deputy_worker",
    "branch_secretary",
    "community_secretary",
    "community_worker",
    "building_head",
    "desk",
)

#: Who does what where, from when until when: the directory behind the cards. Posts end, they are not overwritten.
post = Table(
    "post",
    metadata,
    id_column(),
    ref_column(),
    Column("person_id", BigInteger, ForeignKey("person.id"), nullable=False),
    Column("kind", Text, nullable=False),
    # A grid's or division's code: editions of a grid come and go, its worker stays.
    Column("area_code", Text),
    Column("compound_id", BigInteger, ForeignKey("compound.id")),
    Column("building_id", BigInteger, ForeignKey("building.id")),
    days_column(),
    one_of("kind", POST_KINDS),
    CheckConstraint("num_nonnulls(area_code, compound_id, building_id) = 1", name="one_place"),
    *days_whole(),
    ExcludeConstraint(
        ("area_code", "="), ("valid", "&&"), name="ex_post_one_grid_worker", using="gist", where="kind = 'grid_worker'"
    ),
)
Index("ix_post_person_id", post.c.person_id)
Index("ix_post_area_code", post.c.area_code, post.c.kind)
Index("ix_post_compound_id", post.c.compound_id)
Index("ix_post_building_id", post.c.building_id)
