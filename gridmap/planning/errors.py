"""What a plan cannot be made from, and what it cannot be made to be: a class per cause."""

from gridmap.errors import GridmapError, Language


class InvalidUnits(GridmapError):
    """Base of what is wrong with units, borders or options."""

    code = "invalid_units"


class EmptyCommunity(InvalidUnits):
    """No units at all."""

    code = "empty_community"
    zh = "没有基础单元，无法划分。请先生成或导入基础单元。"
    en = "There are no units to plan with. Make or import units first."


class UnequalLengths(InvalidUnits):
    """An array that does not fit the units or the borders."""

    code = "unequal_lengths"
    zh = "“{name}”应为 {wanted} 的数组，实际为 {found}。"
    en = "“{name}” must have the shape {wanted}, not {found}."


class BadNumber(InvalidUnits):
    """A missing, infinite or negative number."""

    code = "bad_number"
    zh = "“{name}”第 {row} 个数为 {value}，应为不小于 0 的有限数。"
    en = "“{name}” has {value} at position {row}; it must be a finite number of at least 0."

    def __init__(self, *, name: str, row: int, value: float) -> None:
        super().__init__(field=name, row=row, name=name, value=value)

    def text(self, language: Language = "zh") -> str:
        """The message in one language, with the position in it."""
        return (self.zh if language == "zh" else self.en).format(row=self.row, **self.values)


class BadPosition(BadNumber):
    """A position that is missing or infinite."""

    code = "bad_position"
    zh = "“{name}”第 {row} 个位置为 {value}，坐标应为有限数。"
    en = "“{name}” has {value} at position {row}; coordinates must be finite numbers."


class BadEdge(InvalidUnits):
    """A border that is no pair of two different units, smaller first, or that comes twice."""

    code = "bad_edge"
    zh = "第 {edge} 条邻接关系（{a}，{b}）有误：{reason_zh}。"
    en = "Border {edge} ({a}, {b}) is wrong: {reason_en}."


class BadLabels(InvalidUnits):
    """``within``, ``locked`` or ``previous`` that are no whole numbers, or locks without a plan."""

    code = "bad_labels"
    zh = "“{name}”有误：{reason_zh}。"
    en = "“{name}” is wrong: {reason_en}."


class BadBounds(InvalidUnits):
    """Bounds that are not 0 < lower <= target <= upper."""

    code = "bad_bounds"
    zh = "户数上下限有误：下限 {lower}，目标 {target}，上限 {upper}；应为 0 < 下限 ≤ 目标 ≤ 上限。"
    en = "The bounds are wrong: lower {lower}, target {target}, upper {upper}; they must be 0 < lower <= target <= upper."


class BoundsDiffer(InvalidUnits):
    """Bounds given unit by unit that are not the same throughout a community."""

    code = "bounds_differ"
    zh = "同一社区内各基础单元的目标户数和上下限应一致（{one:,.0f} 与 {other:,.0f} 不同）。"
    en = "Target and bounds must be the same for all units of a community ({one:,.0f} and {other:,.0f} differ)."


class UnknownMode(InvalidUnits):
    """A mode that does not exist."""

    code = "unknown_mode"
    zh = "没有“{mode}”这种方式，可用：{modes}。"
    en = "There is no mode “{mode}”; use one of {modes}."


class InfeasibleDemand(GridmapError):
    """No plan can be what was asked for; each subclass names one reason."""

    code = "infeasible_demand"
    zh = "无法按要求划分。"
    en = "No plan can be what was asked for."


class BadGridCount(InfeasibleDemand):
    """A number of grids that is no whole number of at least one."""

    code = "infeasible_grid_count"
    zh = "网格数 {k} 有误，应为不小于 1 的整数。"
    en = "The number of grids, {k}, must be a whole number of at least 1."


class MoreGridsThanUnits(InfeasibleDemand):
    """A unit is never split."""

    code = "infeasible_more_grids_than_units"
    zh = "要求划分 {k} 个网格，但只有 {units} 个基础单元，基础单元不可拆分。"
    en = "{k} grids are asked for, but there are only {units} units, and a unit is never split."


class FewerGridsThanPieces(InfeasibleDemand):
    """Parts that do not touch, or belong to different communities, cannot share a grid."""

    code = "infeasible_fewer_grids_than_pieces"
    zh = "要求划分 {k} 个网格，但至少需要 {least} 个：各社区、互不相连的部分、超限单元和已锁定网格都要各自成格。"
    en = (
        "{k} grids are asked for, but at least {least} are needed: communities, parts that do not touch, "
        "oversize units and locked grids each need their own."
    )


class BoundsExclude(InfeasibleDemand):
    """So many grids cannot all be within the bounds."""

    code = "infeasible_bounds"
    zh = "共 {weight:,.0f} 户，划分 {k} 个网格不可能都在 {lower:,.0f}–{upper:,.0f} 户之间；可行的网格数为 {least} 至 {most} 个。"
    en = (
        "{weight:,.0f} households in {k} grids cannot all be within {lower:,.0f} to {upper:,.0f}; "
        "from {least} to {most} grids can."
    )


class LockedApart(InfeasibleDemand):
    """Units locked into one grid that can never hang together."""

    code = "infeasible_locked_apart"
    zh = "锁定在网格 {label} 的单元不相连，也无法通过未锁定的单元连通。"
    en = "The units locked into grid {label} do not touch, and no unlocked units can join them."


class LockedAcross(InfeasibleDemand):
    """Units locked into one grid that belong to different communities."""

    code = "infeasible_locked_across"
    zh = "锁定在网格 {label} 的单元分属不同社区，网格不得跨社区。"
    en = "The units locked into grid {label} belong to different communities; a grid never crosses one."
