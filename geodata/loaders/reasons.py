"""Why a row is not taken: a class per cause, with the row's number as the file's editor counts it.

Values of people's records never enter a message: fields that are private show “…” instead.
"""

from gridmap.errors import GridmapError


class RowError(GridmapError):
    """Base of the reasons for which one row is rejected."""

    code = "row_rejected"


class ValueMissing(RowError):
    """An empty cell where something is needed."""

    code = "value_missing"
    zh = "字段“{name}”为空。"
    en = "“{name}” is empty."


class CodeCutShort(RowError):
    """A code that a spreadsheet turned into a rounded number."""

    code = "code_cut_short"
    zh = "“{name}”的值“{value}”是科学计数法，末尾数字已丢失。请把该列设为文本格式，从原始数据重新导出。"
    en = "“{name}” is “{value}”: a spreadsheet rounded it and its last digits are lost. Format the column as text and export it again."


class NotANumber(RowError):
    """Text, NaN or infinity where a number belongs."""

    code = "not_a_number"
    zh = "字段“{name}”的值“{value}”不是数字。"
    en = "“{name}” is “{value}”, which is no number."


class NotAnInteger(RowError):
    """A fraction where a whole number belongs."""

    code = "not_an_integer"
    zh = "字段“{name}”的值“{value}”不是整数。"
    en = "“{name}” is “{value}”, which is no whole number."


class NumberOutOfRange(RowError):
    """A number beyond what can be."""

    code = "number_out_of_range"
    zh = "字段“{name}”的值“{value}”超出范围 {low} 至 {high}。"
    en = "“{name}” is “{value}”, outside {low} to {high}."


class WordUnknown(RowError):
    """A word that is not in the list."""

    code = "word_unknown"
    zh = "字段“{name}”的值“{value}”无法识别，可用：{allowed}。"
    en = "“{name}” is “{value}”, which is not known; use one of: {allowed}."


class DateUnreadable(RowError):
    """A day that is none."""

    code = "date_unreadable"
    zh = "字段“{name}”的值“{value}”不是日期，应写作 2026-11-20。"
    en = "“{name}” is “{value}”, which is no date; write it like 2026-11-20."


class TimeUnreadable(RowError):
    """A time that cannot be read in one way only."""

    code = "time_unreadable"
    zh = "字段“{name}”的值“{value}”不是可识别的时间，应写作 2026-11-20 08:30。"
    en = "“{name}” is “{value}”, which cannot be read as a time; write it like 2026-11-20 08:30."


class TimeMissing(RowError):
    """A report without any time."""

    code = "time_missing"
    zh = "既没有发生时间，也没有上报时间。"
    en = "Neither a time of occurrence nor one of reporting."


class OrderNumberMalformed(RowError):
    """A number of an order that cannot be one."""

    code = "order_number_malformed"
    zh = "工单编号无效：不超过 {most} 字，不含控制字符，不以斜线开头，无连续斜线，斜线之间不是单独的点。"
    en = "The order's number cannot be one: at most {most} characters, no control characters, no slash in front, no two in a row, no lone dots between slashes."


class DueBeforeReceived(RowError):
    """An order that is due before it was received."""

    code = "due_before_received"
    zh = "办结时限早于受理时间，请检查。"
    en = "The order is due before it was received; check both times."


class RowShape(RowError):
    """More cells than the header has columns."""

    code = "row_shape"
    zh = "该行有 {found} 个单元格，而表头只有 {expected} 列。"
    en = "The row has {found} cells, the header {expected}."


class DuplicateCode(RowError):
    """A code that an earlier row of the file has."""

    code = "duplicate_code"
    zh = "编码“{value}”重复，已见于第 {first} 行。"
    en = "“{value}” repeats the code of row {first}."


class DuplicateGeometry(RowError):
    """A shape that an earlier row has, in a file without codes."""

    code = "duplicate_geometry"
    zh = "图形与第 {first} 行完全相同。"
    en = "The shape is identical to that of row {first}."


class DuplicateKey(RowError):
    """A source key that an earlier row has."""

    code = "duplicate_key"
    zh = "来源编号“{value}”重复，已见于第 {first} 行。"
    en = "The key “{value}” repeats that of row {first}."


class GeometryMissing(RowError):
    """No geometry."""

    code = "geometry_missing"
    zh = "没有几何图形。"
    en = "There is no geometry."


class GeometryUnreadable(RowError):
    """A cell that is neither WKT nor WKB."""

    code = "geometry_unreadable"
    zh = "几何图形无法解析，应为 WKT 或 WKB。"
    en = "The geometry cannot be read; WKT or WKB is expected."


class GeometryEmpty(RowError):
    """A geometry without points."""

    code = "geometry_empty"
    zh = "几何图形为空。"
    en = "The geometry is empty."


class GeometryNotFinite(RowError):
    """NaN or infinity among the coordinates."""

    code = "geometry_not_finite"
    zh = "坐标中含有 NaN 或无穷大，或无法换算到经纬度。"
    en = "A coordinate is NaN or infinite, or cannot be transformed to degrees."


class GeometryWrongType(RowError):
    """Lines among polygons and the like."""

    code = "geometry_wrong_type"
    zh = "图形类型为 {found}，此处需要{expected_zh}。"
    en = "The geometry is a {found}; {expected} expected."


class GeometryInvalid(RowError):
    """An invalid polygon."""

    code = "geometry_invalid"
    zh = "图形无效：{reason}。可用 --repair 修复。"
    en = "The geometry is invalid: {reason}. --repair mends it."


class GeometryUnrepairable(RowError):
    """An invalid polygon of which nothing remains."""

    code = "geometry_unrepairable"
    zh = "图形无效且无法修复：{reason}。"
    en = "The geometry is invalid and cannot be repaired: {reason}."


class OffEarth(RowError):
    """A position beyond 180 or 90 degrees."""

    code = "off_earth"
    zh = "坐标 ({x}, {y}) 不在地球上：应为经纬度；可能是米或英尺，或坐标有误。"
    en = "The position ({x}, {y}) is not on earth: degrees expected; metres, feet, or a slip?"


class AxesSwappedRow(RowError):
    """Latitude first."""

    code = "axes_swapped"
    zh = "坐标 ({x}, {y}) 的经纬度可能写反了。"
    en = "Longitude and latitude of ({x}, {y}) look swapped."


class NullIsland(RowError):
    """Exactly 0, 0: a missing position that a program wrote as numbers."""

    code = "null_island"
    zh = "坐标为 (0, 0)，应是缺失的位置。"
    en = "The position is exactly (0, 0): a missing one, written as numbers."


class ParentMissing(RowError):
    """A code above that is neither loaded nor in the file."""

    code = "parent_missing"
    zh = "上级“{value}”不存在（未加载，也不在文件中）。"
    en = "“{value}” above it does not exist: neither loaded nor in the file."


class ParentMismatch(RowError):
    """A parent that the code contradicts."""

    code = "parent_mismatch"
    zh = "编码 {value} 的上级应为 {expected}，文件中写的是 {given}。"
    en = "The parent of {value} is {expected}, the file says {given}."


class CodeMalformed(RowError):
    """A division code that does not fit its level."""

    code = "code_malformed"
    zh = "“{value}”不是{level}级的行政区划代码（应为 {digits} 位数字）。"
    en = "“{value}” is no {level} code ({digits} digits expected)."


class GridRetired(RowError):
    """A code of a grid that was ended: codes are never used again."""

    code = "grid_retired"
    zh = "网格编码“{value}”已于 {day} 停用，编码不得重复使用。"
    en = "Grid code “{value}” was retired on {day}; codes are never used again."


class GridBeforeFirst(RowError):
    """A first day before the first edition of the grid."""

    code = "grid_before_first"
    zh = "网格“{value}”最早自 {day} 起生效，不能再加入更早的版本。"
    en = "Grid “{value}” starts on {day}; an edition before that cannot be added."


class DaysReversed(RowError):
    """An end that is not after the start."""

    code = "days_reversed"
    zh = "停用日期 {end} 不晚于启用日期 {start}。"
    en = "The end {end} is not after the start {start}."


class PlaceNotOne(RowError):
    """A post without a place, or with several."""

    code = "place_not_one"
    zh = "岗位的地点须且只能填一项：区域（网格、社区）、小区或楼栋。"
    en = "A post has exactly one place: an area (grid, community), a compound or a building."


class PersonDiffers(RowError):
    """Another name or phone under the code of an earlier row."""

    code = "person_differs"
    zh = "人员“{value}”的姓名或电话与第 {first} 行不一致。"
    en = "Name or phone of “{value}” are not those of row {first}."


class TermTaken(RowError):
    """Days on which somebody else already holds what only one can hold."""

    code = "term_taken"
    zh = "该岗位或组织自 {since} 起已另有登记，时间重叠。"
    en = "Another row holds the same post or body from {since} on; the days overlap."
