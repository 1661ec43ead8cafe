"""How many things bear a name, and how many more of it the layers may lack."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from gridmap.address.forms import How

#: A name as it is, or one without its ending: fewer things share the first.
Length = Literal["whole", "stem"]
#: How long a prefix of a community's code names a city, a district, a street, a community.
_LEVELS: Final = (4, 6, 9, 12)
_ASSUMED: Final = 20


def length_of(how: How) -> Length:
    """Which of the two a form is."""
    return "stem" if how in ("ending", "pinyin_ending") else "whole"


class Namesakes:
    """Bearers by kind and name, and counts of things by kind and division.

    Layers have gaps: that one compound of a name is known in a district does not say that there is no other. How many more bear a name
    is estimated from the names themselves after Good and Turing (I. J. Good, Biometrika 40, 1953): where many names have several bearers,
    a name with one known bearer has another that is not known more often than where nearly all names stand once. A second one beside a
    known one is as much rarer as pairs of a name are in the layers: hardly a street has two compounds of a name.
    """

    def __init__(self, lacking: float) -> None:
        """``lacking`` is the share of all things that the layers do not hold."""
        self._unseen_for_seen = lacking / (1 - lacking)
        self._bearers: defaultdict[tuple[str, Length, str], list[str]] = defaultdict(list)
        self._inside: Counter[tuple[str, str]] = Counter()
        self._rates: dict[tuple[str, Length], list[float]] = {}
        self._beside: dict[tuple[str, Length, int], float] = {}

    def add(self, kind: str, community: str, names: Mapping[str, Length]) -> None:
        """Count a thing that lies in a community (its code, "" for none) and bears names."""
        self._inside[kind, ""] += 1
        if community:
            self._inside.update((kind, community[:level]) for level in _LEVELS)
        for name, length in names.items():
            self._bearers[kind, length, name].append(community)

    def count(self) -> None:
        """Work out rates once everything is added."""
        groups: defaultdict[tuple[str, Length], list[list[str]]] = defaultdict(list)
        for (kind, length, _name), bearers in self._bearers.items():
            groups[kind, length].append(bearers)
        for (kind, length), named in groups.items():
            self._rates[kind, length] = _rates(Counter(map(len, named)))
            for level in _LEVELS:
                alike = self._pairs_by_chance(kind, level)
                self._beside[kind, length, level] = _pairs_kept(named, level, alike)

    def unseen(self, kind: str, length: Length, name: str, known: str, within: Iterable[str] | None) -> float:
        """How many things of a kind and name are to be expected that the layers lack, in divisions ``within`` (codes, none inside another;
        None: anywhere), one being known in the community ``known`` ("": somewhere)."""
        bearers = self._bearers.get((kind, length, name))
        if not bearers:
            return 0.0
        places = 1.0 if within is None else sum(self._place(kind, length, code, known) for code in within)
        return self._unseen_for_seen * self._rates[kind, length][len(bearers)] * min(places, 1.0)

    def _place(self, kind: str, length: Length, code: str, known: str) -> float:
        """A division's share of all things, less where a bearer of the name is known in it."""
        share = self._inside[kind, code] / self._inside[kind, ""]
        return share * self._beside.get((kind, length, len(code)), 1.0) if known.startswith(code) else share

    def _pairs_by_chance(self, kind: str, level: int) -> float:
        """The share of pairs that would lie in one division of a level if names were given without regard to place."""
        total = self._inside[kind, ""]
        return sum(
            (number / total) ** 2
            for (each, code), number in self._inside.items()
            if each == kind and len(code) == level
        )


def _rates(often: Counter[int]) -> list[float]:
    """By number of known bearers the number to be expected in layers of the same size, from how many names have how many bearers.

    Turing's estimate is taken over all names with at most that many bearers together, since few names have exactly so many; a name with many
    is expected to have as many again. A handful of names says little: `_ASSUMED` names with one bearer are counted in addition.
    """
    found, names, next_bearers = [0.0], _ASSUMED, 0
    for bearers in range(1, max(often) + 1):
        names += often[bearers]
        next_bearers += (bearers + 1) * often[bearers + 1]
        found.append(max(next_bearers / names, bearers - 1.0))
    return found


def _pairs_kept(named: Iterable[list[str]], level: int, by_chance: float) -> float:
    """Pairs of a name in one division of a level over those to be expected by chance, at most 1; one more of each, for what is rare."""
    pairs, together = 0, 0
    for bearers in named:
        if len(bearers) > 1:
            pairs += len(bearers) * (len(bearers) - 1) // 2
            together += sum(
                each * (each - 1) // 2 for code, each in Counter(area[:level] for area in bearers).items() if code
            )
    return min(1.0, (together + 1) / (pairs * by_chance + 1))
