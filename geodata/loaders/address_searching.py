"""Rows of a batch that come with an address only: looked for among the layers, and placed where what is found is certain."""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, select, text

from geodata.addresses.matching import MatchedAddress, match_addresses, searched_version
from geodata.loaders.place import Floats, Shapes
from geodata.loaders.staging import STAGE
from geodata.loaders.summary import Note
from geodata.loaders.work import Work
from geodata.tables import report_key
from gridmap.report import OVER

#: Columns of the stage that become the row of ``address_search``.
SEARCH_TYPES = {
    "search_state": "text", "search_candidates": "jsonb", "search_score": "double precision", "search_version": "bigint", "placed_by": "text",
}  # fmt: skip
_ROWS = f"FROM {STAGE} s JOIN load_match m USING (position)"


@dataclass(frozen=True, slots=True)
class Searched:
    """Positions in the batch of the rows that were looked for, aligned with what was found."""

    positions: NDArray[np.intp]
    found: list[MatchedAddress]

    @property
    def placed(self) -> NDArray[np.intp]:
        """Positions of the rows that have a certain place."""
        return self.positions[[match.sure for match in self.found]]


def search_addresses(work: Work, scope: str, lon: Floats, points: Shapes) -> Searched:
    """Look for the addresses of the rows without a position, and give the certain ones their point in ``points``.

    Rows that are in the database unchanged are not looked for again, nor those whose work is over: they need no owner any more.
    The batch gets the columns of ``SEARCH_TYPES``, and a note with the counts.
    """
    batch = work.batch
    if not batch.has("address_text"):
        positions = np.zeros(0, dtype=np.intp)
    else:
        positions = np.flatnonzero(_waiting(work, lon) & ~_unchanged(work, scope))
    texts = batch.fields["address_text"].iloc[positions].tolist() if len(positions) else []
    searched = Searched(positions, match_addresses(work.conn, work.settings, texts))
    for position, match in zip(positions.tolist(), searched.found, strict=True):
        if match.sure:
            points[position] = shapely.Point(match.candidates[0].lon, match.candidates[0].lat)
    _keep(work, searched)
    if len(positions):
        _tell(work, searched)
    return searched


def _waiting(work: Work, lon: Floats) -> NDArray[np.bool_]:
    batch = work.batch
    waiting = batch.alive & np.isnan(lon) & (batch.fields["address_text"] != "").to_numpy(dtype=bool)
    if batch.has("status"):
        waiting &= ~batch.fields["status"].isin(OVER).to_numpy(dtype=bool)
    return np.asarray(waiting, dtype=bool)


def _unchanged(work: Work, scope: str) -> NDArray[np.bool_]:
    """Rows whose key is known with all that they say."""
    keys, hashes = work.batch.fields["key"], work.batch.fields["body_hash"]
    query = select(report_key.c.key, report_key.c.body_hash).where(
        report_key.c.scope == scope, report_key.c.key.in_(keys[work.batch.alive].tolist())
    )
    known = {row.key: "\\x" + bytes(row.body_hash).hex() for row in work.conn.execute(query)}
    return np.array([known.get(key) == digest for key, digest in zip(keys, hashes, strict=True)], dtype=bool)


def _keep(work: Work, searched: Searched) -> None:
    batch = work.batch
    version = searched_version(work.conn)
    columns = {
        "search_state": ["assigned" if match.sure else "open" for match in searched.found],
        "search_candidates": [json.dumps(match.as_json(), ensure_ascii=False) for match in searched.found],
        "search_score": [match.score for match in searched.found],
    }
    rows = range(len(batch))
    for name, values in columns.items():
        batch.fields[name] = pd.Series(values, index=searched.positions, dtype=object).reindex(rows)
    batch.fields["search_version"] = pd.Series(version, index=rows)
    placed_by = pd.Series("received", index=rows, dtype=object)
    placed_by.iloc[searched.placed] = "address"
    batch.fields["placed_by"] = placed_by


def _tell(work: Work, searched: Searched) -> None:
    placed, n = len(searched.placed), len(searched.found)
    without = sum(not match.candidates for match in searched.found)
    waiting = n - placed
    work.batch.notes.append(
        Note(
            "addresses_searched",
            f"{n:,} 条只有地址：自动定位 {placed:,} 条，进入“地址待定”队列 {waiting:,} 条，其中 {without:,} 条没有候选。",
            f"{n:,} rows have an address only: placed {placed:,} automatically, {waiting:,} in the queue, {without:,} of them without candidates.",
        )
    )


def write_searches(conn: Connection) -> None:
    """Note what became of the addresses of staged rows that are new or say another place; needs ``load_match``.

    The match of a report belongs to its receiving, so its event bears that time.
    """
    conn.execute(text("DELETE FROM address_search a USING load_match m WHERE m.is_moved AND a.report_id = m.report_id"))
    conn.execute(
        text(
            "INSERT INTO address_search (report_id, state, candidates, score, layers_version) "
            f"SELECT m.report_id, s.search_state, s.search_candidates, s.search_score, s.search_version {_ROWS} "
            "WHERE (m.is_new OR m.is_moved) AND s.search_state IS NOT NULL ORDER BY position"
        )
    )
    conn.execute(
        text(
            "INSERT INTO event (report_id, kind, at, intake_district, detail) "
            "SELECT m.report_id, 'address_matched', s.reported_at, r.intake_district, "
            "jsonb_build_object('candidate', s.search_candidates -> 0) "
            f"{_ROWS} JOIN report r ON r.id = m.report_id "
            "WHERE (m.is_new OR m.is_moved) AND s.search_state = 'assigned' ORDER BY position"
        )
    )
