"""What makes a whole file unusable. A row that cannot be used is a reason in ``reasons``, never one of these."""

from gridmap.errors import GridmapError


class BadInput(GridmapError):
    """Base of everything that is wrong with a file or an option as a whole."""

    code = "bad_input"


class FileMissing(BadInput):
    """No such file."""

    code = "file_missing"
    zh = "找不到文件“{path}”。"
    en = "There is no file “{path}”."


class FileEmpty(BadInput):
    """A file without bytes or without rows."""

    code = "file_empty"
    zh = "文件“{path}”里没有数据行。"
    en = "The file “{path}” holds no rows."


class FileUnreadable(BadInput):
    """A file that is damaged or not what its name says."""

    code = "file_unreadable"
    zh = "无法读取文件“{path}”：文件可能已损坏，或内容与扩展名不符。（{reason}）"
    en = "The file “{path}” cannot be read: it is damaged, or is not what its name says. ({reason})"


class FormatUnknown(BadInput):
    """A name that ends in none of the known ways."""

    code = "format_unknown"
    zh = "不支持文件“{path}”的格式。可用：{allowed}。"
    en = "The format of “{path}” is not known. Use one of: {allowed}."


class FormatNotForKind(BadInput):
    """OpenStreetMap extracts hold only some kinds."""

    code = "format_not_for_kind"
    zh = "OSM 数据中没有“{kind}”，可从中加载：{allowed}。"
    en = "An OpenStreetMap extract holds no {kind}; it can give: {allowed}."


class LayerUnknown(BadInput):
    """A layer or sheet that the file does not have."""

    code = "layer_unknown"
    zh = "文件中没有图层或工作表“{layer}”，现有：{existing}。"
    en = "The file has no layer or sheet “{layer}”; it has: {existing}."


class LayerAmbiguous(BadInput):
    """Several layers and no word which one is meant."""

    code = "layer_ambiguous"
    zh = "文件中有多个图层或工作表：{existing}。请用 --layer 指定一个。"
    en = "The file has several layers or sheets: {existing}. Choose one with --layer."


class EncodingUnknown(BadInput):
    """Text that is neither UTF-8 nor GB18030."""

    code = "encoding_unknown"
    zh = "文件“{path}”的文字编码既不是 UTF-8 也不是 GB18030（第 {offset} 字节起无法识别）。请用 --encoding 指定。"
    en = "The text of “{path}” is neither UTF-8 nor GB18030 (from byte {offset}). Name its encoding with --encoding."


class EncodingWrong(BadInput):
    """The encoding asked for does not exist or does not fit."""

    code = "encoding_wrong"
    zh = "文件“{path}”不能按编码 {encoding} 读取：{reason}。"
    en = "The file “{path}” cannot be read as {encoding}: {reason}."


class ColumnMissing(BadInput):
    """A column that is needed and that no known name finds."""

    code = "column_missing"
    zh = "缺少字段“{name}”对应的列。文件中的列：{columns}。请用 --map {name}=列名 指定。"
    en = "No column for “{name}” was found. The file's columns: {columns}. Name one with --map {name}=COLUMN."


class ColumnUnknown(BadInput):
    """``--map`` names a column that the file does not have."""

    code = "column_unknown"
    zh = "文件中没有“{column}”列。文件中的列：{columns}。"
    en = "The file has no column “{column}”. Its columns: {columns}."


class FieldUnknown(BadInput):
    """``--map`` names a field that this kind does not have."""

    code = "field_unknown"
    zh = "没有字段“{name}”，可用的字段：{fields}。"
    en = "There is no field “{name}”; the fields are: {fields}."


class MappingMalformed(BadInput):
    """``--map`` without an equals sign."""

    code = "mapping_malformed"
    zh = "--map 应写作 字段=列名，而不是“{value}”。"
    en = "--map takes FIELD=COLUMN, not “{value}”."


class CrsUnknown(BadInput):
    """A reference system that PROJ does not know."""

    code = "crs_unknown"
    zh = "未知的坐标参考系“{crs}”，请写作 EPSG:4326 这样的形式。"
    en = "Unknown reference system “{crs}”; write it like EPSG:4326."


class ZoneUnknown(BadInput):
    """A time zone that does not exist."""

    code = "zone_unknown"
    zh = "未知的时区“{zone}”，请写作 Asia/Shanghai 这样的形式。"
    en = "Unknown time zone “{zone}”; write it like Asia/Shanghai."


class NotDegrees(BadInput):
    """Metres or feet labelled as degrees, for most of the file."""

    code = "not_degrees"
    zh = "坐标（如 {x}, {y}）不是经纬度：文件标注为 {crs}，但数值像是米或英尺。请用 --crs 指定真实的坐标参考系。"
    en = (
        "Coordinates such as ({x}, {y}) are no degrees: the file is labelled {crs}, but its numbers look like metres or feet. "
        "Name the true reference system with --crs."
    )


class NotMetres(BadInput):
    """Degrees labelled as a projected system."""

    code = "not_metres"
    zh = "坐标（如 {x}, {y}）像是经纬度，但文件标注为投影坐标系 {crs}。请用 --crs EPSG:4326 更正。"
    en = "Coordinates such as ({x}, {y}) look like degrees, but the file is labelled {crs}. Correct it with --crs EPSG:4326."


class AxesSwapped(BadInput):
    """Latitude where longitude belongs, for most of the file."""

    code = "axes_swapped_file"
    zh = "经纬度写反了：坐标（如 {x}, {y}）的第二个数超出 ±90。请用 --swap-axes，或更正 --map lon=… --map lat=…。"
    en = (
        "Longitude and latitude are swapped: the second number of coordinates such as ({x}, {y}) is beyond 90. "
        "Give --swap-axes, or mend --map lon=... --map lat=...."
    )


class GeometryColumnMissing(BadInput):
    """A kind that needs shapes, from a file without any."""

    code = "geometry_missing_file"
    zh = "文件中没有几何图形。{kind} 需要带图形的文件（GeoPackage、GeoJSON、Shapefile、GeoParquet）或 WKT 列。文件中的列：{columns}。"
    en = (
        "The file has no geometry. For {kind} give a file with shapes (GeoPackage, GeoJSON, Shapefile, GeoParquet) or a column of WKT. "
        "Its columns: {columns}."
    )


class ConstraintRefused(BadInput):
    """The database refused what no check before had caught."""

    code = "constraint_refused"
    zh = "数据库拒绝了这批数据（{constraint}）：{reason}"
    en = "The database refused the batch ({constraint}): {reason}"


class RejectsUnwritable(BadInput):
    """The file of rejects has no place: the load stops, because rows that it cannot keep would be lost."""

    code = "rejects_unwritable"
    zh = "无法写入被拒绝行的文件“{path}”：{reason}。数据库未作任何改动；请用 --rejects 指定其他位置。"
    en = "The file of rejects “{path}” cannot be written: {reason}. The database is as it was; name another place with --rejects."


class KindUnknown(BadInput):
    """A kind that nothing loads."""

    code = "kind_unknown"
    zh = "不能加载“{kind}”，可用：{allowed}。"
    en = "“{kind}” cannot be loaded; use one of: {allowed}."
