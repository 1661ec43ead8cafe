"""Names that sound or look alike."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from pypinyin import Style, pinyin
from rapidfuzz import process
from rapidfuzz.distance import OSA

from gridmap.address.forms import How
from gridmap.address.words import TELLING

_LEAST_TYPO: Final = 3
_LONG: Final = 7
_MOST: Final = 30
#: What is often heard or typed for one another.
_HEARD_ALIKE: Final = (("ZH", "Z"), ("CH", "C"), ("SH", "S"), ("ANG", "AN"), ("ENG", "EN"), ("ING", "IN"))


class SimilarNames:
    """Names of one sort of thing, asked for those that sound like a word (pinyin) or differ by a slip (edit distance)."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(set(names))
        self._by_sound: dict[str, list[str]] = {}
        for name in self._names:
            self._by_sound.setdefault(sound_of(name), []).append(name)

    def find(self, word: str) -> list[tuple[str, How]]:
        """Names with how they are like the word, those that sound alike first; never one that differs in a telling character."""
        found: dict[str, How] = {
            name: "pinyin" for name in self._by_sound.get(sound_of(word), ()) if _same_telling(word, name)
        }
        if len(word) >= _LEAST_TYPO:
            most = 2 if len(word) >= _LONG else 1
            near = process.extract(word, self._names, scorer=OSA.distance, score_cutoff=most, limit=_MOST)
            for name, _, _ in near:
                if len(name) >= _LEAST_TYPO and name not in found and _same_telling(word, name):
                    found[name] = "typo"
        return list(found.items())


def sound_of(word: str) -> str:
    """A key that words have in common which are heard alike.

    >>> sound_of("福邦小区") == sound_of("富帮小区")
    True
    """
    return " ".join(map(_syllable, word))


@lru_cache(maxsize=20_000)
def _syllable(character: str) -> str:
    said: str = pinyin(character, style=Style.NORMAL)[0][0].upper()
    for heard, key in _HEARD_ALIKE:
        said = said.replace(heard, key)
    return said


def _same_telling(word: str, name: str) -> bool:
    return [sign for sign in word if sign in TELLING] == [sign for sign in name if sign in TELLING]
