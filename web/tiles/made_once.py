"""Tiles that this process made lately, each made once however many requests ask for it at a time."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class _Slot(Generic[Made]):
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.made: Made | None = None


class MadeOnce(Generic[Made]):
    """The ``most`` things asked for last. Keys hold the version of the data, so that nothing stale is found."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._slots: OrderedDict[Hashable, _Slot[Made]] = OrderedDict()
        self._lock = threading.Lock()

    def get_or_make(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What belongs to the key; while one thread makes it, others that ask for it wait. What fails is made anew."""
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > self._most:
                self._slots.popitem(last=False)
        with slot.lock:
            if slot.made is None:
                slot.made = make()
            return slot.made
