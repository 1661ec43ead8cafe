"""What a load of grids says of the reports on them."""

from geodata.actions.boundaries import Followed
from geodata.actions.rerouting import Published
from geodata.loaders.summary import Note

_MOVES_TOLD = 10


def followed_notes(followed: Followed) -> list[Note]:
    """Remarks on corrected owners, on publications, and on what a job still has to do."""
    found = []
    if followed.pending:
        found.append(
            Note(
                "owners_pending",
                "涉及的案件太多：归属将由后台任务重新判定，完成前“网格版本”页显示“归属待更新”。",
                "Too many reports are concerned: a job derives their owners anew; until then the page of editions says that owners are pending.",
                loud=True,
            )
        )
    if followed.corrected.changed:
        count, moves = followed.corrected.changed, _moves(followed.corrected.moves)
        found.append(
            Note(
                "owners_corrected",
                f"边界变动范围内有 {count:,} 件案件改变归属：{moves}",
                f"{count:,} reports within changed ground change their owner: {moves}",
            )
        )
    return [*found, *(_published(each, now=True) for each in followed.applied if _told(each)),
            *(_published(each, now=False) for each in followed.ahead)]  # fmt: skip


def _told(each: Published) -> bool:
    return bool(each.rerouted or each.asked or each.kept)


def _published(each: Published, *, now: bool) -> Note:
    moves = _moves(each.moves)
    zh = (
        f"{each.day} 启用{'，现在办理' if now else '，届时办理（按目前情况）'}：{each.rerouted:,} 件未派单案件改派"
        f"{f'（{moves}）' if moves else ''}，{each.asked:,} 件在办案件需人工确认，{each.kept:,} 件已办结案件归属不变。"
    )
    en = (
        f"In force from {each.day}, {'done now' if now else 'to be done then, as things stand'}: {each.rerouted:,} reports that are not dispatched are re-routed"
        f"{f' ({moves})' if moves else ''}, {each.asked:,} in progress are asked about, {each.kept:,} closed ones stay."
    )
    return Note("published" if now else "publication_ahead", zh, en)


def _moves(moves: list[tuple[str, str, int]]) -> str:
    told = "，".join(f"{old or '—'} → {new or '—'} {count:,}" for old, new, count in moves[:_MOVES_TOLD])
    return told + ("……" if len(moves) > _MOVES_TOLD else "")
