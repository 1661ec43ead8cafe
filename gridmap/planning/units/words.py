"""What kinds of units and of adjustments are called."""

from typing import Final

#: Each kind of unit.
KINDS: Final = {
    "compound": {"zh": "小区", "en": "compound"},
    "compound_part": {"zh": "小区的一部分", "en": "part of a compound"},
    "block": {"zh": "街区", "en": "block"},
    "block_part": {"zh": "街区的一部分", "en": "part of a block"},
    "open": {"zh": "无楼栋地块", "en": "ground without buildings"},
    "water": {"zh": "水域", "en": "water"},
    "rail": {"zh": "铁路用地", "en": "railway land"},
}
#: Each kind of adjustment.
ADJUSTMENTS: Final = {
    "repaired": {"zh": "图形无效，已修复", "en": "invalid shapes mended"},
    "left_out": {"zh": "没有可用图形，未采用", "en": "rows without a usable shape left out"},
    "outline_rounded": {"zh": "边界取整到厘米（边界自相贴近）", "en": "outlines rounded to a centimetre, coming too close to themselves"},
    "roads_outside": {"zh": "道路均在社区之外", "en": "communities that no road of the file reaches"},
    "no_buildings": {"zh": "社区内没有楼栋", "en": "communities without buildings"},
    "no_households": {"zh": "社区内户数合计为 0", "en": "communities without households"},
    "building_outside": {"zh": "楼栋在边界之外，未计入", "en": "buildings outside every boundary, not counted"},
    "building_crossing": {"zh": "楼栋跨越界线，归面积最大的一侧", "en": "buildings across a border, given to the side with most of their ground"},
    "buildings_overlap": {"zh": "楼栋相互重叠，均予保留", "en": "pairs of buildings upon each other, both kept"},
    "compound_overlap": {"zh": "小区相互重叠，重叠部分归较小的小区", "en": "compounds that overlap: the smaller one has the ground"},
    "compound_cut": {"zh": "小区超出社区边界，已裁切", "en": "compounds cut at the boundary"},
    "compound_divided": {"zh": "小区超过上限，按整栋楼拆分", "en": "compounds above the upper bound, divided by whole buildings"},
    "compound_in_pieces": {"zh": "小区由不相连的几块组成", "en": "compounds in pieces that do not touch"},
    "open_shared": {"zh": "小区之间的空地已就近划入小区", "en": "open ground between compounds, given to the nearest"},
    "line_extended": {"zh": "断头线已延长到下一条线", "en": "loose ends led on to the next line"},
    "line_dangling": {"zh": "断头线，不构成边界", "en": "loose ends that bound nothing"},
    "sliver_merged": {"zh": "细碎地块已并入邻块", "en": "slivers merged into a neighbour"},
    "enclosed_merged": {"zh": "被包围的单元已并入外围单元", "en": "enclosed units merged into the one around"},
    "enclosed_kept": {"zh": "被包围的单元保持独立", "en": "enclosed units kept, too large to merge"},
    "above_upper": {"zh": "单元户数超过上限", "en": "units above the upper bound"},
    "island_bridged": {"zh": "互不相邻的部分已搭桥", "en": "pieces that do not touch, bridged"},
}  # fmt: skip
