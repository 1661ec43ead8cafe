"""How well a thing fits what a text says: likelihoods, multiplied part by part.

The score of a candidate is its likelihood over the sum of all candidates' and of `UNKNOWN`, the likelihood that something else is meant
which the layers do not hold. So two things that fit equally well have one half each at most, and one that fits badly is not sure for being
the only one. The figures are set from addresses made from the demo city; ``docs/benchmarks.md`` tells how well the scores keep their word.
"""

from collections.abc import Mapping
from typing import Final

from gridmap.address.forms import How

#: By how the name in the text stands to the thing's.
NAMED: Final[Mapping[How, float]] = {
    "exact": 1.0, "alias": 0.5, "former": 0.8, "ending": 0.4, "other_ending": 0.03, "pinyin": 0.12, "pinyin_ending": 0.03, "misprint": 0.12, "typo": 0.05, "similar": 0.01,
}  # fmt: skip
#: Ways that say plainly which name is meant.
CLEAR_NAMES: Final = frozenset(("exact", "alias", "former", "pinyin", "misprint"))
#: Where the words of the text are themselves a form of the name.
AS_WRITTEN: Final = frozenset(("exact", "alias", "former", "ending"))
UNKNOWN: Final = 0.01
#: The share of all compounds and places that layers are taken to lack: another of a name that is known may be among them.
LACKING: Final = 0.25
#: By how a division is named that does not hold the thing: 赛罕区 for a compound of another district; 锦绣 may be no division at all.
CONTRADICTED: Final = 0.005
CONTRADICTED_BARE: Final = 0.2
CONTRADICTED_ROAD: Final = 0.4
#: A city or district is named that the layers do not know.
UNKNOWN_PARENT: Final = 0.03
#: Another place is named besides, and the number or the word order is the other's (富邦小区对面的金桥花园3号楼).
ELSEWHERE: Final = 0.03
#: How much rarer something unknown is inside a named division, by the length of its code.
UNKNOWN_WITHIN: Final[Mapping[int, float]] = {4: 1.0, 6: 0.6, 9: 0.3, 12: 0.15}
#: A phase that the layers do not know, one that they know and the text leaves out, another one.
PHASE_UNKNOWN, PHASE_LEFT_OUT, PHASE_OTHER = 0.05, 0.15, 0.002
#: A compound without a building of that number, or without any building of its own in the layers.
NO_SUCH_BUILDING, NO_BUILDINGS = 0.1, 0.5
#: A road without that house number in the layers, which know few of them.
NO_SUCH_NUMBER: Final = 0.3
NO_SUCH_STAIRWELL, NO_SUCH_FLOOR = 0.08, 0.3
#: One or two characters before a name that nobody explains may make it another name (大富邦小区); more are words around it.
LOOSE: Final[Mapping[int, float]] = {0: 1.0, 1: 0.05, 2: 0.1}
LOOSE_MANY: Final = 0.4
#: The most that a candidate can have which does not say all that the text says.
CAP_WITHOUT_BUILDING, CAP_WITHOUT_NAME = 0.75, 0.5
#: The most where a number may be a building's or a floor's (富邦小区5楼).
CAP_PERHAPS_BUILDING: Final = 0.85
#: The most for what is beside the thing.
NEAR: Final = 0.85
