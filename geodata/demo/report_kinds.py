"""What is reported, how often, where, when, through which channel."""

from dataclasses import dataclass

from geodata.demo import rhythm
from geodata.demo.rhythm import Rhythm


@dataclass(frozen=True, slots=True)
class Channel:
    """A source channel: its share, its own rhythm, the datums its devices give, accuracy in metres (median), hours until reported.

    ``devices`` are the names of those devices, one for each datum.
    """

    name: str
    share: float
    rhythm: Rhythm
    datums: tuple[str, ...]
    accuracy_m: float
    delay_h: float
    devices: tuple[str, ...] = ("",)


# WeChat and courier apps give GCJ-02, the patrol app WGS84; the hotline geocodes a part of its addresses with a map in BD-09.
CHANNELS = (
    Channel(
        "patrol", 0.31, Rhythm(weekdays=rhythm.WORKDAYS, hours=rhythm.OFFICE), ("wgs84",), 6.0, 0.05, ("巡查终端",)
    ),
    Channel("building_head", 0.12, Rhythm(hours=rhythm.DAYTIME), ("gcj02",), 12.0, 0.5, ("微信小程序",)),
    Channel("courier", 0.09, Rhythm(hours=rhythm.COMMUTE), ("gcj02",), 15.0, 0.1, ("骑手端",)),
    Channel(
        "resident",
        0.21,
        Rhythm(weekdays=rhythm.WEEKENDS, hours=rhythm.EVENING),
        ("gcj02", "gcj02", "wgs84"),
        22.0,
        1.5,
        ("微信小程序", "微信小程序", "浏览器"),
    ),
    Channel("hotline", 0.19, Rhythm(hours=rhythm.DAYTIME), ("bd09",), 80.0, 9.0),
    Channel("chat", 0.06, Rhythm(hours=rhythm.EVENING), ("gcj02",), 40.0, 4.0),
    Channel("other", 0.02, Rhythm(hours=rhythm.DAYTIME), ("cgcs2000",), 3.0, 24.0),
)


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A category: where it is found (``road``, ``home``, ``shop``, ``green``, ``river``), its share, rhythm and sentences.

    ``lean`` multiplies the shares of channels; ``floors`` limits homes to buildings of at least so many.
    """

    category: str
    site: str
    share: float
    rhythm: Rhythm
    texts: tuple[str, ...]
    lean: tuple[tuple[str, float], ...] = ()
    floors: int = 0

    @property
    def way(self) -> str:
        """Who handles it first: ``self`` (the compound), ``street``, or a unit after a ``whistle``."""
        return _WAYS.get(self.category, "whistle")


_WAYS = {
    "物业服务": "self", "噪声扰民": "self", "楼道堆物": "self", "飞线充电": "self", "小广告": "street", "流浪犬只": "street",
    "占道经营": "street",
}  # fmt: skip


KINDS = (
    ReportKind("暴露垃圾", "home", 10.5, Rhythm(months=rhythm.WARM), ("垃圾桶满溢，有异味。", "旧家具堆在楼前无人清运。", "装修垃圾堆放在绿化带旁。")),
    ReportKind("违规停车", "road", 10.0, Rhythm(hours=rhythm.COMMUTE), ("车辆停在人行道上。", "车辆占用盲道。", "消防通道被车辆堵住。")),
    ReportKind(
        "占道经营", "shop", 7.5, Rhythm(rhythm.WARM, rhythm.WEEKENDS, rhythm.EVENING), ("流动摊贩占用人行道。", "店外摆放桌椅。", "水果摊占道。")
    ),
    ReportKind(
        "供暖不热", "home", 9.5, Rhythm(months=rhythm.HEATING), ("室内温度不到16度。", "暖气片不热，已反映两次。", "供热管道漏水。"),
        (("hotline", 2.6), ("patrol", 0.2), ("courier", 0.0)),
    ),
    ReportKind("物业服务", "home", 7.5, Rhythm(), ("楼道多日未打扫。", "门禁损坏，物业未修。", "公共照明不亮，物业答复不及时。"), (("courier", 0.0), ("chat", 2.5))),
    ReportKind(
        "噪声扰民", "home", 6.5, Rhythm(rhythm.WARM, hours=rhythm.NIGHT), ("夜间施工噪声大。", "广场舞音量过大。", "小饭桌中午吵闹。"),
        (("hotline", 1.8), ("patrol", 0.3)),
    ),
    ReportKind("路灯不亮", "road", 4.5, Rhythm(hours=rhythm.EVENING), ("路灯不亮，行人看不清路。", "路灯忽明忽暗。")),
    ReportKind("楼道堆物", "home", 4.5, Rhythm(), ("楼道内堆放杂物。", "纸箱堵住消防门。"), (("patrol", 1.6), ("building_head", 1.8))),
    ReportKind("路面破损", "road", 4.0, Rhythm(months=rhythm.THAW), ("路面有坑洞。", "人行道砖松动。", "路缘石缺失。")),
    ReportKind("电梯故障", "home", 4.0, Rhythm(), ("电梯停运。", "电梯运行有异响。"), (("courier", 2.0),), floors=8),
    ReportKind("污水外溢", "home", 3.5, Rhythm(months=rhythm.WARM), ("下水井返水。", "化粪池外溢，有异味。")),
    ReportKind("道路积水", "road", 3.0, Rhythm(months=rhythm.RAIN), ("雨后积水约10厘米。", "雨水篦子堵塞。")),
    ReportKind("飞线充电", "home", 3.0, Rhythm(hours=rhythm.EVENING), ("从窗口拉线给电动车充电。", "电动车在楼道充电。")),
    ReportKind("井盖缺失", "road", 2.5, Rhythm(months=rhythm.THAW), ("井盖破损，有安全隐患。", "井盖缺失，已放警示物。", "井盖松动，车过有响声。")),
    ReportKind("油烟扰民", "shop", 2.5, Rhythm(rhythm.WARM, hours=rhythm.EVENING), ("饭店油烟直排。", "烧烤油烟大。"), (("hotline", 1.6),)),
    ReportKind("小广告", "shop", 2.5, Rhythm(), ("墙面有小广告。", "公交站牌被贴小广告。"), (("patrol", 2.0),)),
    ReportKind("绿化损坏", "green", 2.5, Rhythm(months=rhythm.WARM), ("草坪被踩踏。", "树枝折断。", "绿地被占用种菜。")),
    ReportKind("流浪犬只", "green", 2.0, Rhythm(), ("有流浪犬出没。", "犬只未拴绳。")),
    ReportKind("未清积雪", "road", 2.5, Rhythm(months=rhythm.SNOW, hours=rhythm.COMMUTE), ("人行道结冰未清。", "桥面积雪未清。")),
    ReportKind(
        "供水异常", "home", 2.0, Rhythm(hours=rhythm.COMMUTE), ("家中停水。", "高层水压不足。", "自来水发黄。"), (("hotline", 2.2), ("patrol", 0.2), ("courier", 0.0))
    ),
    ReportKind(
        "供电故障", "home", 1.5, Rhythm(hours=rhythm.EVENING), ("单元停电。", "电表箱有焦味。", "跳闸频繁。"), (("hotline", 2.0), ("courier", 0.0))
    ),
    ReportKind("燃气隐患", "home", 1.0, Rhythm(), ("楼道有燃气味。", "燃气软管老化。", "燃气表箱门缺失。"), (("building_head", 1.6), ("courier", 0.0))),
    ReportKind("蚊虫滋生", "river", 1.0, Rhythm(rhythm.SUMMER, hours=rhythm.EVENING), ("河边蚊虫多。", "积水处滋生蚊虫。")),
)  # fmt: skip
