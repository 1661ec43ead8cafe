"""Small cities drawn as text, for tests."""

from sqlalchemy import Connection, text

from geodata.tables import division, grid

COMMUNITY = "150105001018"
#: Nine grids of 0.01 degree, drawn north up; the lower left corner lies at 111.70 E, 40.80 N.
NINE = """
    g h i
    d e f
    a b c
"""
WEST, SOUTH, SIDE = 111.70, 40.80, 0.01


def insert_divisions(conn: Connection) -> None:
    """Hohhot, Saihan, Renmin Road street, Shiqi community."""
    rows = (
        ("1501", "city", "呼和浩特市"),
        ("150105", "district", "赛罕区"),
        ("150105001", "street", "人民路街道"),
        (COMMUNITY, "community", "仕奇社区"),
    )
    conn.execute(division.insert(), [{"code": code, "level": level, "name": name} for code, level, name in rows])


def insert_grids(conn: Connection, drawing: str = NINE, *, valid: str = "(,)") -> None:
    """Square grids from a drawing; a letter is the grid's code, a dot a gap."""
    rows = [line.split() for line in drawing.strip().splitlines()]
    for r, row in enumerate(reversed(rows)):
        for c, code in enumerate(row):
            if code != ".":
                insert_grid(conn, code, WEST + c * SIDE, SOUTH + r * SIDE, valid=valid)


def insert_grid(
    conn: Connection, code: str, west: float, south: float, *, side: float = SIDE, valid: str = "(,)"
) -> int:
    """One square grid; gives its key."""
    found = conn.scalar(
        grid.insert()
        .values(
            code=code,
            name=f"{code} 网格",
            community_code=COMMUNITY,
            valid=text("CAST(:valid AS daterange)").bindparams(valid=valid),
            geom=text("ST_Multi(ST_MakeEnvelope(:w, :s, :e, :n, 4326))").bindparams(
                w=west, s=south, e=west + side, n=south + side
            ),
        )
        .returning(grid.c.id)
    )
    assert found is not None
    return found
