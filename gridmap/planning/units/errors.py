"""What makes it impossible to cut a community into units."""

from gridmap.errors import GridmapError


class BoundaryEmpty(GridmapError):
    """A community without ground."""

    code = "boundary_empty"
    zh = "社区边界没有面积，无法划分基础单元。请检查边界图形。"
    en = "The community's boundary has no area, so it cannot be cut into units. Check its shape."


class NoBuildings(GridmapError):
    """No building stands in the community."""

    code = "no_buildings"
    zh = "社区范围内没有楼栋（共 {count} 栋，均在边界之外）。请检查楼栋文件及其坐标系。"
    en = "No building stands inside the boundary ({count} are outside). Check the file of buildings and its reference system."


class NoHouseholds(GridmapError):
    """All weights are zero."""

    code = "no_households"
    zh = "范围内 {count} 栋楼的户数合计为 0，无法划分网格。请检查户数列。"
    en = "The {count} buildings inside have no households at all, so there is nothing to share out. Check the column of households."


class WeightsWrong(GridmapError):
    """A weight that is missing, negative or no whole number."""

    code = "weights_wrong"
    zh = "户数（人数）有误：{reason_zh}。没有住户的楼栋请填 0。"
    en = "Households (or people) are wrong: {reason}. Write 0 for buildings without households."


class RulesContradict(GridmapError):
    """Bounds in the wrong order."""

    code = "rules_contradict"
    zh = "户数上下限有误：应为 0 < 下限 {lower} ≤ 目标 {target} ≤ 上限 {upper}。"
    en = "The bounds are wrong: 0 < lower {lower} <= target {target} <= upper {upper} is expected."


class ShiftedBuildings(GridmapError):
    """Buildings in another datum than the boundary."""

    code = "buildings_shifted"
    zh = (
        "楼栋与边界的坐标基准不一致：按所给坐标只有 {share}% 的楼栋在边界内，若楼栋为 {datum}（边界为 {other}），则为 {better}%。"
        "请用 --datum 注明各文件的坐标基准。"
    )
    en = (
        "Buildings and boundary are in different datums: as given {share} % of the buildings lie inside the boundary, "
        "{better} % if buildings are {datum} and the boundary {other}. Name each file's datum with --datum."
    )
