"""The layout of each size: a table of big blocks between arterial roads, north first, west to east."""

from dataclasses import dataclass

from geodata.demo.local_frame import LocalFrame

#: The kind of the grid that a use makes, where it is not general. General ones are ``homes`` (one compound), ``two`` (two compounds in
#: one grid), ``garden`` (a compound and a small public garden) and ``big3`` (one compound that is three grids).
GRID_KINDS = {
    "mall": "special", "park": "special", "school": "special", "office": "special", "river": "special",
    "village": "rural", "pasture": "pastoral",
}  # fmt: skip
RURAL_USES = ("village", "pasture")
_PASTORAL_HOMES = (35, 75)


@dataclass(frozen=True, slots=True)
class BlockPlan:
    """A big block: its community and the use of each of its grids."""

    community: str
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """One street of the city.

    ``columns`` and ``rows`` are widths in metres (rows north first); ``column_roads`` and ``row_roads`` name and class the lines
    between and around them, one more than columns and rows. ``blocks[row][column]`` says what lies there. ``homes_per_grid`` is the
    range that a general grid's number of dwellings is drawn from, per community where the table names it; ``rural_homes`` that of
    a rural one. ``residents`` tells communities whose number of people is known. In ``old`` ones all houses are slab blocks.
    """

    centre: LocalFrame
    columns: tuple[float, ...]
    rows: tuple[float, ...]
    column_roads: tuple[tuple[str, str], ...]
    row_roads: tuple[tuple[str, str], ...]
    blocks: tuple[tuple[BlockPlan, ...], ...]
    reports: int
    hotspot_share: float = 1.0
    homes_per_grid: tuple[int, int] = (435, 505)
    homes_by_community: tuple[tuple[str, tuple[int, int]], ...] = ()
    rural_homes: tuple[int, int] = (363, 363)
    residents: tuple[tuple[str, int], ...] = ()
    old: tuple[str, ...] = ()

    @property
    def street(self) -> str:
        """The street's code."""
        return self.blocks[0][0].community[:9]

    def homes_range(self, community: str, use: str) -> tuple[int, int]:
        """Least and most dwellings of a grid there."""
        if use in RURAL_USES:
            return self.rural_homes if use == "village" else _PASTORAL_HOMES
        return dict(self.homes_by_community).get(community, self.homes_per_grid)


def _block(community: str, uses: str) -> BlockPlan:
    return BlockPlan(f"150105001{community}", tuple(uses.split()))


_CENTRE = LocalFrame(lon=111.70, lat=40.82, turn_deg=-3.2)

#: Three grids for tests.
TINY = Layout(
    centre=_CENTRE,
    columns=(460.0,),
    rows=(380.0,),
    column_roads=(("人民路", "secondary"), ("学苑路", "tertiary")),
    row_roads=(("仕奇北街", "tertiary"), ("仕奇南街", "secondary")),
    blocks=((_block("018", "homes two garden"),),),
    reports=240,
    hotspot_share=0.2,
)

# 仕奇社区 018 as the press tells of it: 0.47 km2, ten grids, twelve compounds, 7,374 residents.
_SHIQI = "150105001018"

#: Renmin Road street, drawn by hand.
RENMIN_ROAD = Layout(
    centre=_CENTRE,
    columns=(400.0, 395.0, 395.0, 126.0, 420.0, 400.0),
    rows=(390.0, 400.0, 400.0, 396.0, 430.0),
    column_roads=(
        ("昭乌达路", "primary"), ("人民路", "secondary"), ("健康南路", "tertiary"), ("东河西路", "tertiary"), ("东河东路", "tertiary"),
        ("学苑路", "secondary"), ("丰州路", "primary"),
    ),
    row_roads=(
        ("乌兰察布街", "primary"), ("健康街", "secondary"), ("大学街", "primary"), ("支农街", "secondary"), ("桥华街", "secondary"),
        ("富兴南街", "tertiary"),
    ),
    blocks=(
        (
            _block("001", "homes two homes homes"), _block("001", "school homes two homes"), _block("016", "homes garden homes two"),
            _block("016", "river"), _block("020", "office big3 homes"), _block("020", "homes two homes homes"),
        ),
        (
            _block("001", "big4"), _block("018", "two two mall"), _block("018", "two homes homes"), _block("016", "river"),
            _block("016", "homes homes two homes"), _block("020", "big3 garden"),
        ),
        (
            _block("002", "homes garden homes two"), _block("002", "big2 homes two"), _block("018", "homes homes homes homes"),
            _block("006", "river"), _block("019", "homes homes garden homes"), _block("019", "big5"),
        ),
        (
            _block("002", "homes homes two homes"), _block("007", "homes two park homes"), _block("006", "homes two homes homes"),
            _block("006", "river"), _block("006", "big2 two homes"), _block("019", "homes homes school two"),
        ),
        (
            _block("007", "two homes homes homes"), _block("007", "homes big2 garden"), _block("006", "homes homes homes two"),
            _block("006", "river"), _block("021", "village homes homes"), _block("021", "village homes"),
        ),
    ),
    reports=20_000,
    hotspot_share=1.5,
    homes_by_community=((_SHIQI, (344, 364)),),
    residents=((_SHIQI, 7374),),
    old=(_SHIQI,),
)  # fmt: skip
