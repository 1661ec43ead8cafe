"""What a load of divisions says of another edition of their list."""

from collections import defaultdict
from collections.abc import Mapping

from geodata.loaders.division_editions import EditionChanges, KnownDivision
from geodata.loaders.summary import Note
from gridmap.succession import Part

_TOLD = 12
#: A share of the known codes that one edition may let go of without a warning.
_MUCH = 0.3
_ZH = {"grids": "网格", "compounds": "小区", "areas": "账号责任范围", "posts": "岗位"}


def edition_notes(
    changes: EditionChanges,
    known: Mapping[str, KnownDivision],
    listed: Mapping[str, str],
    hanging: Mapping[str, Mapping[str, int]],
    carried: Mapping[str, int] | None,
) -> list[Note]:
    """What a list changes, in words; ``carried`` None where it was only compared."""
    found = _changed(changes, known, listed)
    if carried is None:
        return [*found, Note("edition_not_given", "仅比对：用 --edition 日期 加载才会撤销旧码、沿用其下的网格与人员。",
                             "Compared only: with --edition DAY codes that are gone are retired, and what hangs on replaced ones is carried.")]  # fmt: skip
    if any(carried.values()):
        told = {word: f"{carried.get(word, 0):,}" for word in _ZH}
        found.append(Note("divisions_carried", "随区划转到新码：网格 {grids}、小区 {compounds}、账号责任范围 {areas}、岗位 {posts}。".format(**told),
                          "Carried to the new codes: {grids} grids, {compounds} compounds, {areas} areas of accounts, {posts} posts.".format(**told)))  # fmt: skip
    if wider := carried.get("wider"):
        found.append(Note("divisions_wider", f"其中 {wider:,} 项账号责任范围因合并而变大，请到“人员”核对。",
                          f"{wider:,} of the areas of accounts are larger than before, since divisions were merged: check them under People.", loud=True))  # fmt: skip
    if hanging:
        lines = [f"{code} {known[code].name}（{'、'.join(f'{_ZH[word]} {count}' for word, count in counts.items())}）" for code, counts in hanging.items()]  # fmt: skip
        en_lines = [f"{code} ({', '.join(f'{count} {word}' for word, count in counts.items())})" for code, counts in hanging.items()]  # fmt: skip
        found.append(Note("divisions_hanging", f"已撤销但仍有内容挂在旧码下，请处理：{_some(lines)}",
                          f"Gone, with things still hanging on them: {_some(en_lines, '; ')}", loud=True))  # fmt: skip
    in_force = sum(not each.retired for each in known.values())
    if len(changes.removed) > _MUCH * in_force:
        found.append(Note("divisions_many_gone", f"将撤销 {len(changes.removed):,} 个，占现有的三成以上：请确认清单完整。",
                          f"{len(changes.removed):,} codes would go, more than a third: check that the list is whole.", loud=True))  # fmt: skip
    return found


def _changed(changes: EditionChanges, known: Mapping[str, KnownDivision], listed: Mapping[str, str]) -> list[Note]:
    was, now = {code: each.name for code, each in known.items()}, {**{code: each.name for code, each in known.items()}, **listed}  # fmt: skip
    kinds = (
        ("divisions_added", "新增", "added", [f"{code} {now[code]}" for code in changes.added]),
        ("divisions_removed", "撤销", "gone", [f"{code} {was[code]}" for code in changes.removed]),
        ("divisions_renamed", "更名", "renamed", [f"{code} {old} → {new}" for code, old, new in changes.renamed]),
        ("divisions_recoded", "换码", "recoded", [_recoded(old, new, was, now) for old, new in changes.pairs("recoded")]),
        ("divisions_merged", "合并", "merged", _merged(changes, was, now)),
        ("divisions_split", "拆分", "split", _split(changes, was, now)),
        ("divisions_shifted", "边界调整", "with another border", [_shift(part, was, now) for part in changes.shifted]),
    )  # fmt: skip
    return [
        Note(code, f"{zh} {len(lines):,}：{_some(lines)}", f"{len(lines):,} {en}: {_some(lines)}")
        for code, zh, en, lines in kinds
        if lines
    ]


def _recoded(old: str, new: str, was: Mapping[str, str], now: Mapping[str, str]) -> str:
    return f"{old} → {new} {now[new]}" if was[old] == now[new] else f"{old} {was[old]} → {new} {now[new]}"


def _merged(changes: EditionChanges, was: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    parts: defaultdict[str, list[Part]] = defaultdict(list)
    for heir in changes.heirs:
        if heir.kind == "merged":
            parts[heir.part.new].append(heir.part)
    return [
        f"{' + '.join(f'{part.old} {was[part.old]}{_share(part.share_of_old)}' for part in those)} → {new} {now[new]}"
        for new, those in sorted(parts.items())
    ]


def _split(changes: EditionChanges, was: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    parts: defaultdict[str, list[Part]] = defaultdict(list)
    for heir in changes.heirs:
        if heir.kind == "split":
            parts[heir.part.old].append(heir.part)
    return [
        f"{old} {was[old]} → {'、'.join(f'{part.new} {now[part.new]}{_share(part.share_of_old)}' for part in those)}"
        for old, those in sorted(parts.items())
    ]


def _shift(part: Part, was: Mapping[str, str], now: Mapping[str, str]) -> str:
    return f"{part.old} {was[part.old]}{_share(part.share_of_old)} → {part.new} {now[part.new]}"


def _share(share: float | None) -> str:
    return "" if share is None else f" {share:.0%}"


def _some(lines: list[str], between: str = "；") -> str:
    return between.join(lines[:_TOLD]) + (f" ……（{len(lines):,}）" if len(lines) > _TOLD else "")
