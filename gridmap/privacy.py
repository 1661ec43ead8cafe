"""Small numbers about persons, households, disputes and care groups are not told (PIPL; GB/T practice of "<5").

Manhole covers are nobody's secret: counts of ordinary problems are shown as they are.
"""

from collections.abc import Sequence

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
    hidden = {place for place, count in enumerate(counts) if is_few(count)}
    rest = sorted((count, place) for place, count in enumerate(counts) if count >= FEW)
    while hidden and rest and (len(hidden) < 2 or sum(counts[place] for place in hidden) < FEW):
        hidden.add(rest.pop(0)[1])
    return [None if place in hidden else count for place, count in enumerate(counts)]
