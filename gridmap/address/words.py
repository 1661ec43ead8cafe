"""Word tables of Chinese addresses."""

from typing import Final

#: Endings of compounds, and of what is used like one.
COMPOUND_ENDINGS: Final = (
    "小区", "花园", "家园", "佳苑", "嘉苑", "佳园", "嘉园", "名邸", "官邸", "新村", "华庭", "华府", "家属院", "家属楼", "家属区", "宿舍楼", "宿舍", "公寓", "山庄",
    "别墅", "花苑", "雅苑", "名苑", "新苑", "雅居", "豪庭", "名都", "名城", "新城", "新居", "生活区", "住宅区", "住宅小区", "大院", "庭院", "公馆", "御府", "安置房",
)  # fmt: skip
#: Single characters that end a compound's name only where a number, a gap or the end follows.
SHORT_ENDINGS: Final = "苑城里府园院庭居轩阁湾郡邸墅"
#: Endings of other named things.
PLACE_ENDINGS: Final = (
    "大厦", "大楼", "写字楼", "商厦", "商场", "广场", "中心", "市场", "超市", "医院", "学校", "小学", "中学", "大学", "学院", "幼儿园", "公园", "绿地", "车站", "公交站",
    "火车站", "银行", "宾馆", "酒店", "饭店", "服务站", "服务中心", "驿站", "食堂", "警务室", "派出所", "卫生院", "诊所", "门诊", "加油站", "体育馆", "图书馆", "教学楼",
    "实验楼", "管理处", "商铺", "商业街", "夜市", "步道", "河岸", "厕所", "充电站", "桥",
)  # fmt: skip
#: Words with which the place is near the thing, not at it.
NEAR_WORDS: Final = (
    "附近",
    "周边",
    "周围",
    "四周",
    "斜对面",
    "斜对过",
    "正对面",
    "对面",
    "对过",
    "对门",
    "旁边",
    "傍边",
    "近旁",
    "近处",
    "边上",
    "隔壁",
    "相邻",
    "之间",
    "中间",
    "一带",
    "沿线",
    "后面",
    "后边",
    "前面",
    "前边",
    "背后",
    "背面",
    "后身",
    "左边",
    "右边",
    "左侧",
    "右侧",
    "左面",
    "右面",
    "侧面",
    "侧边",
    "不远处",
    "不远",
    "往东",
    "往西",
    "往南",
    "往北",
    "往前",
    "往后",
    "往左",
    "往右",
    "以东",
    "以西",
    "以南",
    "以北",
    "过马路",
    "拐角",
    "转角",
    "拐弯",
    "旁",
)
#: Words of the same kind that stand before the thing.
TOWARDS_WORDS: Final = (
    "靠近",
    "临近",
    "邻近",
    "接近",
    "紧邻",
    "毗邻",
    "紧挨着",
    "紧挨",
    "挨着",
    "正对着",
    "正对",
    "对着",
)
#: What follows a thing where the place is before, behind or outside it; elsewhere these are parts of names (塞外, 路边).
OUTSIDE_WORDS: Final = (
    "外面",
    "外边",
    "外侧",
    "外围",
    "外墙",
    "外",
    "门口马路",
    "门前马路",
    "门口路边",
    "门前路边",
    "马路边",
    "马路",
    "路边",
    "街边",
    "道边",
    "后巷",
    "前巷",
    "出门",
    "出来",
    "到",
    "至",
    "这一片",
    "那一片",
    "一片",
)
#: Words with which the place still is at the thing.
AT_WORDS: Final = (
    "楼下", "楼上", "楼道里", "楼道内", "楼道", "楼梯间", "楼前", "楼后", "楼顶", "楼门口", "门口", "门前", "大门口", "大门", "正门", "院内", "院里", "院子里", "里面", "小区内",
    "小区里", "地下室", "地下车库", "车库", "地库", "门洞", "电梯里", "电梯",
)  # fmt: skip
CROSSING_WORDS: Final = (
    "交叉路口", "交叉口", "交汇处", "交汇口", "交界处", "交口", "十字路口", "丁字路口", "十字", "路口",
)  # fmt: skip
#: What people say around an address.
NOISE_WORDS: Final = (
    "我们家住在", "我家住在", "我们住在", "我家就住在", "我住在", "我家住", "我家在", "家住在", "家住", "住在", "我们家", "我家", "我在", "我们小区", "我们村", "我们", "请问一下",
    "请问", "您好", "你好", "麻烦", "位于", "位置在", "位置", "地址是", "地址在", "地址", "就在", "就是", "大概在", "大概", "好像在", "好像", "应该是", "应该在", "那边", "这边", "那里",
    "这里", "那块", "这块", "那儿", "这儿", "投诉人", "投诉", "反映", "反应", "举报", "咨询", "来电人", "来电", "市民", "居民", "业主", "群众", "诉求人", "帮忙", "看一下", "处理一下",
    "原来叫", "原来的", "原名", "现在叫", "叫做", "呢", "啊", "吧", "哦", "嗯",
)  # fmt: skip
#: Small words before a name, never the first of one.
START_WORDS: Final = "的在到是于就住我您你从、-#"
#: Small words that stand at the edge of a name, hardly ever in it.
EDGE_WORDS: Final = f"{START_WORDS}有与和跟及"
#: What fills a name without telling one thing from another.
FILLERS: Final = ("平房", "住宅楼", "住宅", "村民", "自建房", "民房", "院落", "居民楼", "楼房", "巷内")
#: Characters that tell names apart which are otherwise alike: a difference in one of them is no slip of the pen.
TELLING: Final = frozenset("零一二三四五六七八九十百0123456789东西南北中前后左右上下大小新老旧甲乙丙丁ABCDEFGH内外")
DIRECTIONS: Final = "东西南北中"
#: Short names of districts that no rule gives.
SHORT_NAMES: Final = {
    "呼和浩特市": ("呼和浩特", "呼市"), "土默特左旗": ("土左旗",), "托克托县": ("托县",), "和林格尔县": ("和林县", "和林"),
    "呼和浩特经济技术开发区": ("经济技术开发区", "经开区", "如意开发区"),
}  # fmt: skip
