"""Water, green and railways of the base map."""

import pandas as pd

from geodata.loaders.batch import Batch
from geodata.loaders.columns import CODE, NAME, NAME_EN, SOURCE_IDS, column, listed
from geodata.loaders.errors import ColumnMissing
from geodata.loaders.reasons import ValueMissing
from geodata.loaders.staging import Counts
from geodata.loaders.summary import Note
from geodata.loaders.work import Kind, Work, load_keyed
from geodata.tables import landcover

_KIND_WORDS = {
    "water": "water", "river": "water", "lake": "water", "reservoir": "water", "waterway": "water", "waterways": "water",
    "水系": "water", "水域": "water", "水": "water", "河流": "water", "湖泊": "water",
    "green": "green", "park": "green", "forest": "green", "grass": "green", "wood": "green", "绿地": "green", "公园": "green", "林地": "green",
    "rail": "rail", "railway": "rail", "railways": "rail", "铁路": "rail",
}  # fmt: skip


def _prepare(batch: Batch) -> None:
    """Without a column of kinds, the name of the layer or file says what it holds (``water``, ``railways``, 绿地 ...)."""
    if batch.has("kind"):
        empty = batch.fields["kind"].isna().to_numpy(dtype=bool)
        batch.reject(empty, lambda _: ValueMissing(field="kind", name="kind"))
        return
    names = (batch.source.layer, batch.source.name.split(".")[0])
    kind = next((_KIND_WORDS[name.lower()] for name in names if name.lower() in _KIND_WORDS), None)
    if kind is None:
        raise ColumnMissing(field="kind", name="kind", columns=listed(list(batch.source.frame.columns)))
    batch.fields["kind"] = pd.Series([kind] * len(batch), dtype=object)
    batch.notes.append(
        Note("kind_from_layer", f"按图层名，全部记为 {kind}。", f"By the name of the layer, all rows are {kind}.")
    )


def _load(work: Work) -> Counts:
    return load_keyed(work, landcover)


KIND = Kind(
    name="landcover",
    fields=(CODE, NAME, NAME_EN, column("kind", "类别", "类型", "fclass", reading="word", words=_KIND_WORDS)),
    load=_load,
    shape="line_or_polygon",
    ids=SOURCE_IDS,
    prepare=_prepare,
)
