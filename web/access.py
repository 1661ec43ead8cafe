"""Who may call a view: every view says it, and one check before each request holds it.

``@public`` is for anybody, ``@requires(Permission.VIEW_MAP)`` for accounts whose role has the permission. A view that says
nothing stops the application from starting: nothing is open by oversight.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, g, request

from gridmap.access import Permission, may
from gridmap.errors import GridmapError

View = TypeVar("View", bound=Callable[..., Any])
_NAME = "gridmap_access"
_FLASK_STATIC = "static"


class NotSignedIn(GridmapError):
    """Somebody unknown asks for what needs an account."""

    code = "not_signed_in"
    zh = "请先登录；程序调用请提供令牌。"
    en = "Sign in first; programs give a token."


class NotAllowed(GridmapError):
    """The account's role does not have the permission."""

    code = "not_allowed"
    zh = "当前账号的角色没有此权限。如需开通，请联系系统管理员。"
    en = "The role of your account does not allow this. Ask the administrator if you need it."


def public(view: View) -> View:
    """The view is for anybody."""
    setattr(view, _NAME, None)
    return view


def requires(permission: Permission) -> Callable[[View], View]:
    """The view is for accounts with this permission."""

    def mark(view: View) -> View:
        setattr(view, _NAME, permission)
        return view

    return mark


def access_of(app: Flask, endpoint: str) -> Permission | None:
    """What an endpoint asks for; None is public."""
    if endpoint == _FLASK_STATIC:
        return None
    found: Permission | None = getattr(app.view_functions[endpoint], _NAME)
    return found


def check_every_route(app: Flask) -> None:
    """Raise when a view does not say who may call it."""
    silent = [name for name, view in app.view_functions.items() if name != _FLASK_STATIC and not hasattr(view, _NAME)]
    if silent:
        raise RuntimeError(f"views without @public or @requires (web.access): {', '.join(sorted(silent))}")


def check_access(app: Flask) -> None:
    """Before a request: raise ``NotSignedIn`` or ``NotAllowed`` when the view is not for this caller."""
    if request.endpoint is None or (permission := access_of(app, request.endpoint)) is None:
        return
    if g.account is None:
        raise NotSignedIn
    if not may(g.account.role, permission):
        raise NotAllowed
