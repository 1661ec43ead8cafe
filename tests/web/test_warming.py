"""Names are read before anybody asks."""

import threading

import pytest
from flask import Flask
from sqlalchemy import Engine

from geodata.addresses import finding
from geodata.settings import Settings
from web import create_app, gunicorn, warming


def test_the_first_question_finds_everything_read(
    app: Flask, city: Engine, web_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    warming.warm(app)
    monkeypatch.setattr(finding, "read_layers", lambda *_: pytest.fail("read in the question"))
    with city.connect() as conn:
        assert finding.address_index(conn, web_settings) is finding.last_index(conn, web_settings)


def test_a_database_that_is_away_is_no_trouble(web_settings: Settings) -> None:
    away = Settings(home=web_settings.home, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    warming.warm(create_app(away))


def test_a_server_process_warms_itself(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    warmed = threading.Event()

    def keep(seen: Flask, _stopped: threading.Event) -> None:
        assert seen is app
        warmed.set()

    class Worker:
        wsgi = app

    monkeypatch.setattr(warming, "_keep", keep)
    gunicorn.post_worker_init(Worker())
    assert warmed.wait(30)
