"""What an address of the list asks for: search, order, size of a page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import g, url_for

from geodata.days import today
from geodata.report_order import NEWEST, Order, order_named
from geodata.report_search import ReportSearch
from web import db

#: Sizes of a page to choose from; the first is the default.
SIZES = (50, 25, 100, 200)


@dataclass(frozen=True, slots=True)
class AskedList:
    """A list of cases as its address says it, without the place in it."""

    search: ReportSearch
    order: Order = NEWEST
    size: int = SIZES[0]

    @classmethod
    def parse(cls, query: Mapping[str, Any]) -> "AskedList":
        """Read a query string. Errors: those of ``ReportSearch.parse``, ``UnknownOrder``. A size that is not offered is the default."""
        search = ReportSearch.parse(query, g.account.id, today(db.settings().zone))
        size = str(query.get("limit", ""))
        return cls(search, order_named(query.get("sort", "")), int(size) if size in map(str, SIZES) else SIZES[0])

    def query(self) -> dict[str, Any]:
        """The address's parts: ``parse`` of them gives the same list."""
        found: dict[str, Any] = self.search.query()  # lists of text
        if self.order is not NEWEST:
            found["sort"] = [self.order.name]
        if self.size != SIZES[0]:
            found["limit"] = [str(self.size)]
        return found

    def url(self, **changes: Any) -> str:
        """The list's first page with some parts of its search changed."""
        return url_for("cases.index", **replace(self, search=self.search.changed(**changes)).query())

    def sorted_url(self, name: str) -> str:
        """The list's first page in another order."""
        return url_for("cases.index", **replace(self, order=order_named(name)).query())

    def page_url(self, cursor: str) -> str:
        """The page behind a cursor."""
        return url_for("cases.index", **self.query(), cursor=cursor)
