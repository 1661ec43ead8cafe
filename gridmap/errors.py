"""Errors: a class per cause, raised where the fact is known, said in the user's language at the door."""

from typing import Any, ClassVar, Literal

Language = Literal["zh", "en"]


class GridmapError(Exception):
    """Base of every error that a user can cause or mend.

    A subclass names one cause: ``code`` is stable snake_case for programs, ``zh`` and ``en`` say what happened and what to
    do, with ``{name}`` placeholders filled from the keyword arguments. ``field`` (a form field or column) and ``row`` (the
    row of a file as its editor counts it, or of a batch from 0) say where.

    >>> class TooFar(GridmapError):
    ...     code = "too_far"
    ...     zh = "超出 {limit} 米。"
    ...     en = "Farther than {limit} m."
    >>> TooFar(limit=30).text("en")
    'Farther than 30 m.'
    """

    code: ClassVar[str] = "error"
    zh: ClassVar[str] = "操作未完成。"
    en: ClassVar[str] = "The operation was not completed."

    def __init__(self, *, field: str | None = None, row: int | None = None, **values: Any) -> None:
        self.field = field
        self.row = row
        self.values = values
        super().__init__(self.text("en"))

    def text(self, language: Language = "zh") -> str:
        """The message in one language, without its place (``field`` and ``row`` stand beside it)."""
        return (self.zh if language == "zh" else self.en).format(**self.values)
