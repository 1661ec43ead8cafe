"""What cannot be scanned."""

from gridmap.errors import GridmapError


class BadScanInput(GridmapError):
    """An argument of a scan that is not valid."""

    code = "bad_scan_input"
    zh = "时空扫描的参数 {name} 无效：{reason}。"
    en = "The scan's {name} is not valid: {reason}."


class CasesWithoutPopulation(GridmapError):
    """Cases where nothing is expected: no ratio can be formed."""

    code = "cases_without_population"
    zh = "第 {place} 个位置有案件但没有人口（或期望值为 0）；请补全人口，或去掉这些案件。"
    en = "Place {place} has cases but no population (nothing is expected there). Fill in its population, or leave its cases out."


class ScanTooLarge(GridmapError):
    """More windows than can be kept at hand."""

    code = "scan_too_large"
    zh = "扫描窗口过多（{windows}，上限 {most}）；请设置 max_places 或 max_radius，或缩短 max_steps。"
    en = "There are too many windows ({windows}, at most {most}): give max_places or max_radius, or fewer max_steps."
