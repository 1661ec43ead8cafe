"""Names that sound or look alike."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from pypinyin import Style, pinyin
from rapidfuzz.distance import OSA, Editop, Hamming, Levenshtein

from gridmap.address.forms import How, stem_of
from gridmap.address.words import COMPOUND_ENDINGS, TELLING

_LEAST_TYPO: Final = 3
_LONG: Final = 7
#: What is often heard or typed for one another.
_HEARD_ALIKE: Final = (("ZH", "Z"), ("CH", "C"), ("SH", "S"), ("ANG", "AN"), ("ENG", "EN"), ("ING", "IN"))
#: Two characters that so many names share (小区, 花园) find nothing.
_COMMON: Final = 200
_LEAST_SHARED: Final = 0.5
_MOST: Final = 10
#: Lengths of the end of a longer word that are looked for when the whole is like nothing.
_ENDS: Final = (6, 5, 4)


class SimilarNames:
    """Names of one sort of thing, asked for those that sound like a word (pinyin), differ by a slip (edit distance) or share pairs of characters.

    Slips are found by an index of names with one character left out: two words within one edit of each other have such a rest in common.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_sound: defaultdict[str, list[str]] = defaultdict(list)
        self._by_rest: defaultdict[str, list[str]] = defaultdict(list)
        self._by_pair: defaultdict[str, list[str]] = defaultdict(list)
        for name in sorted(set(names)):
            self._by_sound[sound_of(name)].append(name)
            if len(name) >= _LEAST_TYPO:
                for rest in _rests(name):
                    self._by_rest[rest].append(name)
            for pair in _pairs(name):
                self._by_pair[pair].append(name)

    def find(self, word: str) -> list[tuple[str, How]]:
        """Names with how they are like the word, never one that differs in a telling character; of several ways the best.

        Of names that sound alike those that differ in the fewest characters. Names that only share pairs of characters are given
        when there is nothing better.
        """
        found = self._alike(word)
        for length in _ENDS:
            if not found and length < len(word) and stem_of(word[-length:]) not in COMPOUND_ENDINGS:
                found = self._alike(word[-length:])
        return list(found.items()) or self._sharing(word)

    def _alike(self, word: str) -> dict[str, How]:
        # 家园 and 佳苑 sound alike, yet are two endings: the one was written, not misheard.
        found: dict[str, How] = {
            name: "other_ending" if _other_ending(word, name) else "pinyin" for name in self._sounding(word)
        }
        if len(word) >= _LEAST_TYPO:
            near = {name for rest in _rests(word) for name in self._by_rest.get(rest, ())}
            found.update(
                (name, "misprint" if _is_misprint(word, name) else "typo")
                for name in sorted(near)
                if name not in found and _is_slip(word, name, 1)
            )
        return found

    def _sounding(self, word: str) -> list[str]:
        alike = [(Hamming.distance(word, name), name) for name in self._by_sound.get(sound_of(word), ())]
        least = min((distance for distance, _ in alike), default=0)
        return [name for distance, name in alike if distance == least and _same_telling(word, name)]

    def _sharing(self, word: str) -> list[tuple[str, How]]:
        """Names that share at least half of all pairs of characters (Dice), the nearest first."""
        pairs = _pairs(word)
        shared: Counter[str] = Counter()
        for pair in pairs:
            names = self._by_pair.get(pair, ())
            if len(names) <= _COMMON:
                shared.update(names)
        ranked = sorted((-2 * count / (len(pairs) + len(_pairs(name))), name) for name, count in shared.items())
        near = [name for share, name in ranked[:_MOST] if -share >= _LEAST_SHARED and not _other_telling(word, name)]
        slip = len(word) >= _LONG
        return [(name, "typo" if slip and _is_slip(word, name, 2) else "similar") for name in near]


def _rests(word: str) -> set[str]:
    """The word and what is left of it without any one of its characters."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _pairs(word: str) -> set[str]:
    """Neighbouring characters, with the word's edges."""
    framed = f"<{word}>"
    return {framed[place : place + 2] for place in range(len(framed) - 1)}


def sound_of(word: str) -> str:
    """A key that words have in common which are heard alike, also when a part is written in Latin letters.

    >>> sound_of("福邦小区") == sound_of("富帮小区") == sound_of("FUBANG小区")
    True
    """
    said = "".join(map(_syllable, word))
    for heard, key in _HEARD_ALIKE:
        said = said.replace(heard, key)
    return said


@lru_cache(maxsize=20_000)
def _syllable(character: str) -> str:
    said: str = pinyin(character, style=Style.NORMAL)[0][0]
    return said.upper()


def _same_telling(word: str, name: str) -> bool:
    """Whether no telling character stands for another one."""
    if len(word) != len(name):
        return True
    return not any(one != other and one in TELLING and other in TELLING for one, other in zip(word, name, strict=True))


def _other_ending(word: str, name: str) -> bool:
    """Whether both have endings that compounds have, not the same: 翠竹家园小区 and 翠竹佳苑小区."""
    one, other = _endings(word), _endings(name)
    return bool(one and other) and one != other


def _endings(word: str) -> str:
    """All endings of a name: 家园小区."""
    stem = stem_of(word)
    while stem_of(stem) != stem:
        stem = stem_of(stem)
    return word[len(stem) :]


def _is_slip(word: str, name: str, most: int) -> bool:
    """Whether at most so many edits lead from one to the other, and none that tells two names apart."""
    if OSA.distance(word, name, score_cutoff=most) > most:
        return False
    if sorted(word) == sorted(name):  # two characters that changed places
        return True
    return not any(_tells(word, name, step) for step in Levenshtein.editops(word, name))


def _is_misprint(word: str, name: str) -> bool:
    """Whether a slip is one that makes no other name: a character twice (富邦邦小区), or two that changed places (富小邦区, not 邦富小区)."""
    if sorted(word) == sorted(name):
        stem = stem_of(name)
        said = word[: len(stem)]
        return said == stem or sorted(said) != sorted(stem)
    return any(
        word[:place] + word[place + 1 :] == name and word[place] == word[place - 1] for place in range(1, len(word))
    )


def _other_telling(word: str, name: str) -> bool:
    """Whether a telling character stands where the other has another one."""
    steps = Levenshtein.editops(word, name)
    return any(step.tag == "replace" and _tells(word, name, step) for step in steps)


def _tells(word: str, name: str, step: Editop) -> bool:
    """Whether an edit changes a telling character for another, leaves one out or adds one; one that is written twice is a slip."""
    if step.tag == "replace":
        return word[step.src_pos] in TELLING and name[step.dest_pos] in TELLING
    if step.tag == "insert":
        return name[step.dest_pos] in TELLING
    added = word[step.src_pos]
    return added in TELLING and added not in (*word[: step.src_pos][-1:], *word[step.src_pos + 1 :][:1])
