"""Links of a list's page: the filter stays, words of the address stay words."""

from flask import Flask

from web.paging import A_PAGE, pager, part_of

ROWS = list(range(2 * A_PAGE + 1))


def test_first_page_has_no_way_back(app: Flask) -> None:
    with app.test_request_context("/coverage/grids?kind=general&lang=en&size="):
        found = part_of(ROWS)
    assert (list(found.rows), found.total) == (ROWS[:A_PAGE], len(ROWS))
    assert (found.pager.first_url, found.pager.next_url) == (None, f"/coverage/grids?kind=general&start={A_PAGE}")


def test_last_page_has_no_way_on(app: Flask) -> None:
    with app.test_request_context(f"/coverage/grids?start={2 * A_PAGE}&kind=general"):
        found = part_of(ROWS)
    assert list(found.rows) == ROWS[-1:]
    assert (found.pager.first_url, found.pager.next_url) == ("/coverage/grids?kind=general", None)


def test_a_full_last_page_is_the_last(app: Flask) -> None:
    with app.test_request_context("/coverage/grids"):
        assert part_of(ROWS[:A_PAGE]).pager.next_url is None


def test_a_cursor_takes_the_place_of_the_one_before(app: Flask) -> None:
    with app.test_request_context("/admin/people?cursor=a&q=王&q=b"):
        found = pager("c/d&e")
    assert found.first_url == "/admin/people?q=%E7%8E%8B&q=b"
    assert found.next_url == "/admin/people?q=%E7%8E%8B&q=b&cursor=c%2Fd%26e"


def test_words_of_the_address_are_no_options_of_the_link(app: Flask) -> None:
    with app.test_request_context("/coverage/grids?start=50&_scheme=javascript&_external=1&endpoint=x"):
        assert pager(None, "start").first_url == "/coverage/grids?_scheme=javascript&_external=1&endpoint=x"
