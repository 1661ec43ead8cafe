"""Small numbers about persons, households, disputes and care groups are not told (PIPL; GB/T practice of "<5").

Manhole covers are nobody's secret: counts of ordinary problems are shown as they are.
"""

from collections.abc import Hashable, Sequence

#: Numbers below this, other than zero, are shown as "<5".
FEW = 5


def is_few(count: int) -> bool:
    """Whether a number about people is too small to be told.

    >>> is_few(0), is_few(4), is_few(5)
    (False, True, False)
    """
    return 0 < count < FEW


def shown(count: int, told: bool = True) -> str:
    """A number about people as a page shows it; a dash where it would give a small one beside it away (``told`` is false).

    >>> shown(3), shown(0), shown(1200), shown(7, told=False), shown(3, told=False)
    ('<5', '0', '1,200', '—', '<5')
    """
    if is_few(count):
        return f"<{FEW}"
    return f"{count:,}" if told else "—"


def protected(counts: Sequence[int]) -> list[int | None]:
    """Parts of a total that is shown beside them, None where a part must not be told.

    Small parts go first. One alone, or several that sum to less than ``FEW``, could be worked out from the total: then the
    smallest of the others go with them, until what is hidden sums to at least ``FEW`` and is at least two parts (complementary suppression;
    Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001, chapter 4). A zero is told only while nothing is hidden
    by it: it is never taken as the complement.

    >>> protected([2, 40, 9, 0])
    [None, 40, None, 0]
    >>> protected([3, 4, 60])
    [None, None, 60]
    >>> protected([7, 8])
    [7, 8]
    """
    hidden = hidden_places(counts, [0] * len(counts))
    return [None if place in hidden else count for place, count in enumerate(counts)]


def hidden_places(counts: Sequence[int], *sides: Sequence[Hashable]) -> set[int]:
    """Which cells of a table must not be told that is shown with several totals beside it.

    Each of ``sides`` names for every count the total that it is a part of: the row and the column of a table, say. The rule is that of
    ``protected``, for every total on every side, until all of them hold.

    >>> sorted(hidden_places([2, 40, 9, 60], ["a", "a", "b", "b"], ["x", "y", "x", "y"]))
    [0, 1, 2, 3]
    """
    hidden = {place for place, count in enumerate(counts) if is_few(count)}
    groups: dict[tuple[int, Hashable], list[int]] = {}
    for number, side in enumerate(sides):
        for place, total in enumerate(side):
            groups.setdefault((number, total), []).append(place)
    ranked = [sorted(places, key=lambda place: (counts[place], place)) for places in groups.values()]
    while added := {place for places in ranked for place in _complement(counts, places, hidden)}:
        hidden |= added
    return hidden


def _complement(counts: Sequence[int], places: list[int], hidden: set[int]) -> list[int]:
    """The smallest parts of one total that must be hidden with those that are; ``places`` in ascending order of their counts."""
    gone = [place for place in places if place in hidden]
    rest = [place for place in places if place not in hidden and counts[place] >= FEW]
    added: list[int] = []
    while gone and rest and (len(gone) < 2 or sum(counts[place] for place in gone) < FEW):
        added.append(rest.pop(0))
        gone.append(added[-1])
    return added
