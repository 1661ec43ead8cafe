"""The layout of each size: a table of big blocks between arterial roads, north first, west to east."""

from collections.abc import Callable
from dataclasses import dataclass

from geodata.demo.local_frame import LocalFrame

#: Grounds of special grids. General ones are ``homes`` (one compound), ``two`` (two compounds in one grid) and ``garden`` (a compound and
#: a small public garden).
SPECIAL_USES = ("mall", "park", "school", "office", "river")


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
    range that a grid's number of dwellings is drawn from, per community where the table names it.
    """

    centre: LocalFrame
    columns: tuple[float, ...]
    rows: tuple[float, ...]
    column_roads: tuple[tuple[str, str], ...]
    row_roads: tuple[tuple[str, str], ...]
    blocks: tuple[tuple[BlockPlan, ...], ...]
    reports: int
    hotspot_share: float = 1.0
    homes_per_grid: tuple[int, int] = (360, 465)
    homes_by_community: tuple[tuple[str, tuple[int, int]], ...] = ()

    @property
    def street(self) -> str:
        """The street's code."""
        return self.blocks[0][0].community[:9]

    def homes_range(self, community: str) -> tuple[int, int]:
        """Least and most dwellings of a general grid there."""
        return dict(self.homes_by_community).get(community, self.homes_per_grid)


def _block(community: str, uses: str) -> BlockPlan:
    return BlockPlan(f"150105001{community}", tuple(uses.split()))


_CENTRE = LocalFrame(lon=111.70, lat=40.82, turn_deg=-3.2)

_TINY = Layout(
    centre=_CENTRE,
    columns=(460.0,),
    rows=(380.0,),
    column_roads=(("人民路", "secondary"), ("学苑路", "tertiary")),
    row_roads=(("仕奇北街", "tertiary"), ("仕奇南街", "secondary")),
    blocks=((_block("018", "homes two garden"),),),
    reports=240,
    hotspot_share=0.2,
)

# 仕奇社区 018: ten grids and twelve compounds, as the press counts them.
_SAMPLE = Layout(
    centre=_CENTRE,
    columns=(432.0, 396.0, 126.0, 448.0, 404.0),
    rows=(372.0, 424.0, 384.0),
    column_roads=(
        ("昭乌达路", "primary"), ("人民路", "secondary"), ("东河西路", "tertiary"), ("东河东路", "tertiary"), ("学苑路", "secondary"),
        ("丰州路", "primary"),
    ),
    row_roads=(("乌兰察布街", "primary"), ("健康街", "secondary"), ("大学街", "primary"), ("支农街", "secondary")),
    blocks=(
        (
            _block("001", "homes two homes homes"), _block("001", "school homes two homes"), _block("016", "river"),
            _block("016", "homes homes two garden"), _block("020", "office homes homes homes"),
        ),
        (
            _block("002", "homes garden homes two"), _block("018", "two two mall"), _block("018", "river"), _block("018", "two homes two"),
            _block("019", "homes homes garden homes"),
        ),
        (
            _block("007", "homes homes park homes"), _block("018", "homes homes homes"), _block("006", "river"),
            _block("006", "homes two homes homes"), _block("021", "homes homes school two"),
        ),
    ),
    reports=6000,
    homes_by_community=(("150105001018", (350, 400)),),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """A size of the city: its streets, and the days that its reports come from."""

    layouts: Callable[[], tuple[Layout, ...]]
    days: int = 365


#: The sizes by name.
SIZES = {"tiny": Size(lambda: (_TINY,)), "sample": Size(lambda: (_SAMPLE,))}
