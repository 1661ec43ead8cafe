"""Reports (案件): positions as received, owners derived in the same transaction."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely

from geodata.loaders.address_searching import SEARCH_TYPES, Searched, search_addresses
from geodata.loaders.columns import LAT, LON, column, listed
from geodata.loaders.datum_check import check_datum_of
from geodata.loaders.errors import ColumnMissing
from geodata.loaders.place import Floats, Shapes, place_points, points_of
from geodata.loaders.reasons import DuplicateKey, TimeMissing
from geodata.loaders.report_keys import body_hashes, row_keys
from geodata.loaders.report_writing import ask_about, write_reports
from geodata.loaders.staging import Counts, stage
from geodata.loaders.summary import Note
from geodata.loaders.work import Kind, Work, reject_repeats, staged_columns, text_series
from geodata.owners.asking import Alternatives
from geodata.owners.deriving import derive_owners
from gridmap.assignment import Reason
from gridmap.datum import DATUMS
from gridmap.report import (
    CLOCK_SKEW,
    MAX_CATEGORY,
    MAX_DEVICE,
    MAX_TEXT,
    OVER,
    SOURCES,
    STATES,
    CategoryMissing,
    CoordinateIncomplete,
    PlaceMissing,
    TextTooLong,
    TimeInFuture,
    TimeOrder,
    TimeTooOld,
)  # fmt: skip

NO_CATEGORY = "未分类"
_OLDEST = pd.Timestamp("1990-01-01", tz="UTC")
_SOURCE_WORDS = {
    **{word: word for word in SOURCES},
    "巡查": "patrol", "日常巡查": "patrol", "网格巡查": "patrol", "网格员": "patrol", "网格员上报": "patrol", "入户": "patrol", "敲门问需": "patrol",
    "楼栋长": "building_head", "单元长": "building_head", "联户长": "building_head",
    "快递": "courier", "快递员": "courier", "骑手": "courier", "外卖": "courier", "外卖员": "courier", "移动网格员": "courier",
    "居民": "resident", "居民上报": "resident", "群众": "resident", "群众上报": "resident", "市民": "resident",
    "热线": "hotline", "12345": "hotline", "12345热线": "hotline", "12345工单": "hotline", "政务热线": "hotline",
    "微信群": "chat", "群聊": "chat", "微信": "chat", "其他": "other", "其它": "other",
}  # fmt: skip
_STATUS_WORDS = {
    **{word: word for word in STATES},
    "待核实": "filed", "待审核": "to_review", "不属实": "invalid", "已并案": "merged", "自治处置中": "self_governed", "已吹哨·待派单": "whistled",
    "街道办理中": "street_handling", "退回补充": "sent_back", "不予受理": "refused", "已派单·待应哨": "dispatched", "已应哨": "accepted",
    "已退哨·待裁定": "returned", "办理中": "in_progress", "暂缓办理": "suspended", "待核查": "to_check", "已结案": "closed", "返工": "rework",
    "已评哨": "rated", "重新办理": "reopened", "维持结案": "upheld",
}  # fmt: skip
_TYPES = {
    "key": "text", "body_hash": "text",  "raw_lon": "double precision", "raw_lat": "double precision", "datum": "text",
    "intake_district": "text", "grid_id": "bigint", "reason": "text", "distance_to_edge_m": "double precision", "share": "double precision",
    "index_version": "bigint", **SEARCH_TYPES,
}  # fmt: skip


def _load(work: Work) -> Counts:
    return load_reports(work, f"load:{work.options.source_name or KIND.name}")


def load_reports(work: Work, scope: str, types: Mapping[str, str] | None = None) -> Counts:
    """Take the rows to the database as reports; ``scope`` is whose keys they bear, ``types`` SQL types of other fields to be staged.

    The stage and ``load_match`` (position, report_id, is_new, is_changed, is_moved) stay for the caller to read.
    """
    batch = work.batch
    lon, lat = _positions(work)
    _check_words(work)
    _times(work)
    given = [name for name in ("text", "address_text", "category", "source", "accuracy_m", "device") if batch.has(name)]
    batch.fields["key"] = row_keys(batch)
    if batch.has("category"):
        batch.fields["category"] = (
            batch.fields["category"].astype(object).where(batch.fields["category"].notna(), NO_CATEGORY)
        )
    reject_repeats(batch, batch.fields["key"], lambda key, first: DuplicateKey(field="key", value=key, first=first))
    batch.fields["raw_lon"], batch.fields["raw_lat"] = pd.Series(lon), pd.Series(lat)
    compared = [*given, "raw_lon", "raw_lat", "datum", "occurred_at", "reported_at"]
    batch.fields["body_hash"] = body_hashes(batch, compared)
    work.progress("owners")
    assert batch.geometry is not None
    searched = search_addresses(work, scope, lon, batch.geometry)
    doubtful = _derive(work, batch.geometry)
    _say_by_address(work, searched)
    columns, types = staged_columns(work, {**_TYPES, **(types or {})})
    work.progress("copy")
    stage(work.conn, batch, columns, types)
    work.progress("write")
    counts = write_reports(
        work.conn, scope, compared, with_status=batch.has("status"), state_events=work.options.state_events
    )
    ask_about(work.conn, doubtful)
    return counts


def _positions(work: Work) -> tuple[Floats, Floats]:
    """Longitude and latitude as received; the derived points become the batch's geometry."""
    batch = work.batch
    partly = batch.has("lon") != batch.has("lat")
    placed = place_points(batch, work.options) if not partly else None
    if partly or (placed is None and not batch.has("address_text")):
        missing = "lat" if batch.has("lon") else "lon"
        raise ColumnMissing(field=missing, name=missing, columns=listed(list(batch.source.frame.columns)))
    nothing = np.full(len(batch), np.nan)
    lon, lat = placed if placed is not None else (nothing, nothing.copy())
    batch.reject(
        np.isnan(lon) != np.isnan(lat), lambda at: CoordinateIncomplete(field="lon" if np.isnan(lon[at]) else "lat")
    )
    absent = np.isnan(lon) & np.isnan(lat)
    addresses = batch.fields["address_text"] if batch.has("address_text") else text_series([""] * len(batch))
    batch.reject(absent & (addresses == "").to_numpy(dtype=bool), lambda _: PlaceMissing(field="lon"))
    batch.geometry = _points(work, lon, lat)
    batch.fields.pop("lon", None)
    batch.fields.pop("lat", None)
    return lon, lat


def _points(work: Work, lon: Floats, lat: Floats) -> Shapes:
    """Derived points; a column ``datum`` of the file wins over the option, row by row."""
    batch, stated = work.batch, work.options.datum
    if not batch.has("datum"):
        batch.fields["datum"] = text_series([stated] * len(batch))
    datums = batch.fields["datum"].where(batch.fields["datum"].notna(), stated)
    batch.fields["datum"] = datums
    found = np.full(len(batch), None, dtype=object)
    for datum in datums.unique():
        rows = np.flatnonzero((datums == datum).to_numpy(dtype=bool))
        found[rows] = points_of(lon[rows], lat[rows], datum)
    if set(datums.unique()) == {stated}:
        check_datum_of(work, np.where(batch.alive, lon, np.nan), np.where(batch.alive, lat, np.nan))
    return found


def _check_words(work: Work) -> None:
    batch = work.batch
    if not batch.has("category"):
        batch.fields["category"] = text_series([NO_CATEGORY] * len(batch))
        batch.notes.append(
            Note(
                "no_category",
                f"没有类别列，全部记为“{NO_CATEGORY}”。",
                f"No column of categories: all are “{NO_CATEGORY}”.",
            )
        )
    long = batch.fields["category"].fillna("").str.len() > MAX_CATEGORY
    batch.reject(long.to_numpy(dtype=bool), lambda _: CategoryMissing(field="category"))
    for name, limit in (("text", MAX_TEXT), ("address_text", MAX_TEXT), ("device", MAX_DEVICE)):
        if batch.has(name):
            long = batch.fields[name].str.len() > limit
            for position in np.flatnonzero(long.to_numpy(dtype=bool)).tolist():
                batch.reject_row(position, TextTooLong(field=name, limit=limit))


def _times(work: Work) -> None:
    """One of the two times is enough; the other is the same then."""
    batch = work.batch
    if not (batch.has("occurred_at") or batch.has("reported_at")):
        raise ColumnMissing(field="occurred_at", name="occurred_at", columns=listed(list(batch.source.frame.columns)))
    none = pd.Series(pd.NaT, index=range(len(batch)), dtype="datetime64[us, UTC]")
    occurred, reported = batch.fields.get("occurred_at", none), batch.fields.get("reported_at", none)
    occurred, reported = occurred.fillna(reported), reported.fillna(occurred)
    batch.reject(occurred.isna().to_numpy(dtype=bool), lambda _: TimeMissing(field="occurred_at"))
    latest = pd.Timestamp.now(tz="UTC") + CLOCK_SKEW
    for name, times in (("occurred_at", occurred), ("reported_at", reported)):
        batch.fields[name] = times
        for error, wrong in ((TimeInFuture, times > latest), (TimeTooOld, times < _OLDEST)):
            for position in np.flatnonzero(wrong.to_numpy(dtype=bool)).tolist():
                shown = times.iloc[position].tz_convert(work.zone).isoformat()
                batch.reject_row(position, error(field=name, value=shown))
    batch.reject((occurred > reported).to_numpy(dtype=bool), lambda _: TimeOrder(field="reported_at"))


def _derive(work: Work, points: Shapes) -> dict[int, Alternatives]:
    """Owners among the grids in force on the day that each report came in; gives the grids that may hold the doubtful rows."""
    batch = work.batch
    alive = np.flatnonzero(batch.alive)
    days = (
        batch.fields["reported_at"]
        .dt.tz_convert(work.settings.zone)
        .dt.strftime("%Y-%m-%d")
        .to_numpy(dtype=object)[alive]
    )
    lon, lat = shapely.get_x(points[alive]), shapely.get_y(points[alive])
    derived = derive_owners(work.conn, work.settings, lon, lat, days, accuracy_m=_accuracies(work)[alive])
    held = derived.grid_id >= 0
    columns = {
        "grid_id": pd.array(derived.grid_id, dtype="Int64"),
        "reason": derived.reason,
        "distance_to_edge_m": np.where(held, derived.distance_to_edge_m, np.nan),
        "share": derived.share,
        "intake_district": derived.intake_district,
        "index_version": pd.array(np.full(len(alive), derived.index_version), dtype="Int64"),
    }
    frame = pd.DataFrame(columns, index=alive)
    frame.loc[~held, "grid_id"] = pd.NA
    for name in frame.columns:
        batch.fields[name] = frame[name].reindex(range(len(batch)))
    return {int(alive[row]): alternatives for row, alternatives in derived.alternatives.items()}


def _accuracies(work: Work) -> Floats:
    """Metres, NaN where nobody wants to know how sure the owner is: of what is over, and of places that are no position."""
    batch = work.batch
    if not batch.has("accuracy_m"):
        return np.full(len(batch), np.nan)
    found = pd.to_numeric(batch.fields["accuracy_m"]).to_numpy(dtype=np.float64, na_value=np.nan)
    asked = batch.fields["raw_lon"].notna().to_numpy(dtype=bool)
    if batch.has("status"):
        asked = asked & ~batch.fields["status"].isin(OVER).to_numpy(dtype=bool)
    return np.where(asked, found, np.nan)


def _say_by_address(work: Work, searched: Searched) -> None:
    """The owners that an address led to, and the district of an address whose every candidate lies in one."""
    batch = work.batch
    reasons, districts = batch.fields["reason"], batch.fields["intake_district"]
    placed = searched.placed
    held = batch.fields["grid_id"].iloc[placed].notna().to_numpy(dtype=bool)
    reasons.iloc[placed[held]] = str(Reason.ADDRESS)
    for position, match in zip(searched.positions.tolist(), searched.found, strict=True):
        if match.district is not None and pd.isna(batch.fields["grid_id"].iloc[position]):
            districts.iloc[position] = match.district


KIND = Kind(
    name="reports",
    fields=(
        column(
            "key",
            "report_key",
            "工单编号",
            "案件编号",
            "受理编号",
            "编号",
            "工单号",
            "case_number",
            "case_id",
            "id",
            reading="code",
            filled=True,
        ),
        LON,
        LAT,
        column(
            "datum",
            "坐标系",
            reading="word",
            words={**{word: word for word in DATUMS}, "gcj-02": "gcj02", "bd-09": "bd09"},
        ),
        column("accuracy_m", "accuracy", "定位精度", "精度", reading="number", low=0, high=100_000),
        column("device", "设备", "终端", "上报终端", "app", default=""),
        column("category", "类别", "问题类别", "问题类型", "事件类型", "类型", "type"),
        column("source", "来源", "来源渠道", "上报渠道", "渠道", reading="word", words=_SOURCE_WORDS, default="other"),
        column("status", "状态", "案件状态", reading="word", words=_STATUS_WORDS, default="filed"),
        column("text", "内容", "描述", "问题描述", "诉求内容", "description", default=""),
        column("address_text", "地址", "地点", "发生地址", "address", default=""),
        column(
            "occurred_at",
            "发生时间",
            "时间",
            "日期",
            "date",
            "time",
            "datetime",
            "timestamp",
            "occurred",
            reading="time",
        ),
        column("reported_at", "上报时间", "受理时间", "登记时间", "created_at", "reported", reading="time"),
    ),
    load=_load,
    shape=None,
)
