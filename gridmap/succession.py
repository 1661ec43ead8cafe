"""What becomes of divisions in another edition of their list: recoded, merged, split."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["recoded", "merged", "split"]
#: Less of the old division than this, and less than half of the new one, is a border drawn anew, not a part that went there.
LEAST_SHARE = 0.05
_MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """Ground of an old division that belongs to a new one; shares are of households, of ground where nobody lives, None: unknown."""

    old: str
    new: str
    share_of_old: float | None = None
    share_of_new: float | None = None

    @property
    def counts(self) -> bool:
        """Whether it is more than a border that was drawn anew."""
        known = self.share_of_old is not None and self.share_of_new is not None
        return not known or (self.share_of_old or 0) >= LEAST_SHARE or (self.share_of_new or 0) >= _MOSTLY


@dataclass(frozen=True, slots=True)
class Heir:
    """A part that went to another code, and what that is: ``recoded`` the whole of one goes on alone under another code, ``merged`` the
    whole of one goes on together with others, ``split`` a part of one."""

    kind: Kind
    part: Part


def heirs_of(parts: Iterable[Part]) -> list[Heir]:
    """What the parts that count amount to; parts that stay under their code are no heirs, but make the others a split or a merger.

    >>> found = heirs_of([Part("a", "c"), Part("b", "c"), Part("d", "d"), Part("d", "e"), Part("f", "g")])
    >>> [(heir.kind, heir.part.old, heir.part.new) for heir in found]
    [('merged', 'a', 'c'), ('merged', 'b', 'c'), ('split', 'd', 'e'), ('recoded', 'f', 'g')]
    """
    counted = [part for part in parts if part.counts]
    heirs, sources = Counter(part.old for part in counted), Counter(part.new for part in counted)

    def kind_of(part: Part) -> Kind:
        if heirs[part.old] > 1:
            return "split"
        return "merged" if sources[part.new] > 1 else "recoded"

    return [Heir(kind_of(part), part) for part in counted if part.old != part.new]
