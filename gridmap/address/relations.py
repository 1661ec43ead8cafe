"""Where a text places something: at a thing, or beside it."""

from collections.abc import Sequence

from gridmap.address.mentions import Mention
from gridmap.address.parts import Address, Part
from gridmap.address.words import AT_WORDS, DIRECTIONS, TOWARDS_WORDS


def is_beside(relation: Part) -> bool:
    """附近, 对面, 北100米: beside; 楼下, 北门: at."""
    word = relation.value
    is_gate = word[0] in DIRECTIONS and word.endswith(("门", "门口"))
    return not (is_gate or word in AT_WORDS or f"楼{word}" in AT_WORDS)


def is_near(address: Address, mentions: Sequence[Mention], last: int) -> bool:
    """Whether a text is about what lies beside a thing whose words end at ``last``.

    Words behind the thing say so, also a crossing (富邦小区路口), words that lead towards it (靠近富邦小区), and words before it that are
    about nothing else: of 金桥花园对面的富邦小区 the second is meant itself.
    """
    if any(part.first >= last for part in address.all("crossing")):
        return True
    first_named = min((mention.last for mention in mentions), default=0)
    return any(
        part.first >= last or part.first < first_named or part.value.startswith(TOWARDS_WORDS)
        for part in address.all("relation")
        if is_beside(part)
    )
