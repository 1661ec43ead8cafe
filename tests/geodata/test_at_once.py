"""Two people change the same thing at once: one wins, the other is told. Work is committed here, so the module has its own file."""

from datetime import date

import pytest
from sqlalchemy import Engine, text

from geodata.accounts import EVERYWHERE
from geodata.actions.acting import Actor
from geodata.actions.hand_over import HandOver, hand_over
from geodata.actions.managing import ChangedMeanwhile, LastAdmin, end_account
from geodata.grid_workers import tag_of, workers_from
from geodata.scope import EVERYTHING
from tests.geodata.cities import insert_divisions, insert_grids
from tests.geodata.test_managing_accounts import account, actor

TODAY = date(2026, 11, 20)


def test_two_admins_cannot_end_each_other(engine: Engine) -> None:
    """The second waits for the first, and then is the last."""
    with engine.begin() as conn:
        first, second = (account(conn, name, "admin", EVERYWHERE) for name in ("first", "second"))
        by_first, by_second = actor(conn, first), actor(conn, second)
    with engine.connect() as one, engine.connect() as two:
        end_account(one, by_first, "second")
        two.execute(text("SET lock_timeout = '200ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            end_account(two, by_second, "first")
        two.rollback()
        one.commit()
        with pytest.raises(LastAdmin):
            end_account(two, by_second, "first")


def test_two_hand_overs_of_one_grid(engine: Engine) -> None:
    with engine.begin() as conn:
        insert_divisions(conn)
        insert_grids(conn)
        seen = tag_of(workers_from(conn, "e", TODAY))
    by = Actor(EVERYTHING, None, TODAY)
    with engine.connect() as one, engine.connect() as two:
        assert hand_over(one, by, HandOver("e", TODAY, seen, "p1", "张三"))
        two.execute(text("SET lock_timeout = '200ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            hand_over(two, by, HandOver("e", TODAY, seen, "p2", "李四"))
        two.rollback()
        one.commit()
        with pytest.raises(ChangedMeanwhile):
            hand_over(two, by, HandOver("e", TODAY, seen, "p2", "李四"))
