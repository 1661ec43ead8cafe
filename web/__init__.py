"""The web: pages and HTTP interface over ``geodata`` and ``gridmap``."""

from flask import Flask

from geodata.settings import Settings, load_settings
from web import days, db, errors, health, i18n, identity, logs, request_limit, security, sessions, templating, vendor
from web.access import check_every_route
from web.pages import blueprints
from web.today import home


def create_app(settings: Settings | None = None) -> Flask:
    """The application: settings, what every request passes through, then a blueprint a page.

    Gunicorn calls it as ``web:create_app()``; a test gives its own settings. Nothing is asked of the database yet, so that
    the service starts, and says what is wrong, while the database is still away.
    """
    settings = settings or load_settings()
    app = Flask(__name__)
    app.config["GRIDMAP"] = settings
    app.config["SECRET_KEY"] = settings.signing_key()
    logs.init_app(app)
    security.init_app(app, settings)
    db.init_app(app, settings)
    sessions.init_app(app, settings)
    i18n.init_app(app, settings)
    days.init_app(app)
    # Before each request, in this order: who asks, not too often, allowed to, and meant by them.
    identity.init_app(app)
    request_limit.init_app(app, settings)
    identity.init_access(app)
    security.init_csrf(app)
    errors.init_app(app)
    templating.init_app(app)
    vendor.init_app(app)
    health.init_app(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    app.add_url_rule("/", "home", home)
    check_every_route(app)
    return app
