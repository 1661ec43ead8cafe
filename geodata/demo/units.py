"""Units of the sample: generic names marked as samples, so that no real body is blamed for what is invented."""

import pandas as pd

from geodata.demo.people_names import landline

#: Code, name, English name, kind, the categories that the unit is responsible for. Every category of reports stands here once.
_UNITS = (
    ("D01", "城市管理部门（示例）", "City management (sample)", "department", ("占道经营", "小广告")),
    ("D02", "环境卫生部门（示例）", "Sanitation (sample)", "department", ("暴露垃圾", "未清积雪")),
    ("D03", "市政养护部门（示例）", "Road maintenance (sample)", "department", ("路面破损", "井盖缺失")),
    ("D04", "园林绿化部门（示例）", "Parks and greenery (sample)", "department", ("绿化损坏",)),
    ("D05", "交通警察部门（示例）", "Traffic police (sample)", "department", ("违规停车",)),
    ("D06", "生态环境部门（示例）", "Environment (sample)", "department", ("噪声扰民", "油烟扰民")),
    ("D07", "住房和物业管理部门（示例）", "Housing and property (sample)", "department", ("物业服务",)),
    ("D08", "市场监督管理部门（示例）", "Market supervision (sample)", "department", ("电梯故障",)),
    ("D09", "消防救援部门（示例）", "Fire and rescue (sample)", "department", ("楼道堆物", "飞线充电")),
    ("D10", "公安部门（示例）", "Public security (sample)", "department", ("流浪犬只",)),
    ("D11", "卫生健康部门（示例）", "Health (sample)", "department", ("蚊虫滋生",)),
    ("D12", "人民路街道办事处（示例）", "Renmin Road street office (sample)", "department", ()),
    ("E01", "示例热力公司", "Sample Heating Company", "utility", ("供暖不热",)),
    ("E02", "示例热力第二公司", "Sample Heating Company No. 2", "utility", ()),
    ("E03", "示例供水公司", "Sample Water Company", "utility", ("供水异常",)),
    ("E04", "示例排水公司", "Sample Drainage Company", "utility", ("污水外溢", "道路积水")),
    ("E05", "示例供电公司", "Sample Power Company", "utility", ("供电故障",)),
    ("E06", "示例燃气公司", "Sample Gas Company", "utility", ("燃气隐患",)),
    ("E07", "示例路灯管理所", "Sample Street Lighting", "utility", ("路灯不亮",)),
)  # fmt: skip
HEATING = {"E01": "示例热力公司", "E02": "示例热力第二公司"}
WATER = ("E03", "示例供水公司")


def unit_frame(compounds: pd.DataFrame, owners: pd.DataFrame) -> pd.DataFrame:
    """Departments, utilities, the property companies of all compounds, and ``owners`` (code, name): owners' bodies that are units.

    Columns: code, name, name_en, kind, phone, address, duties.
    """
    rows: list[tuple[str, str, str | None, str, tuple[str, ...]]] = list(_UNITS)
    companies = property_companies(compounds)
    rows += [(code, name, None, "property_company", ()) for name, code in companies.items()]
    rows += [(code, name, None, "owners_body", ()) for code, name in zip(owners["code"], owners["name"], strict=True)]
    frame = pd.DataFrame(rows, columns=["code", "name", "name_en", "kind", "duties"])
    frame["duties"] = frame["duties"].map(list)
    frame["phone"] = [landline(9000 + number) for number in range(len(frame))]
    frame["address"] = "示例地址"
    return frame


def property_companies(compounds: pd.DataFrame) -> dict[str, str]:
    """The names of property companies, each with its unit's code."""
    names = sorted({name for name in compounds["property_company"] if name})
    return {name: f"P{number:02d}" for number, name in enumerate(names, start=1)}


def unit_of_category(category: str) -> str:
    """The code of the unit that is responsible for a category."""
    return next(code for code, *_, duties in _UNITS if category in duties)


def unit_name_of_category(category: str) -> str:
    """Its name."""
    return next(name for _, name, *_, duties in _UNITS if category in duties)
