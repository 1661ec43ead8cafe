"""A Folium map as parts of our own page, under a content security policy with nonces."""

import re
from dataclasses import dataclass

from branca.element import CssLink, Element, Figure, JavascriptLink
from markupsafe import Markup, escape

from web.maps.grid_map import GridMap

_CHARSET = "meta_http"  # the page has said it already
_TAG = re.compile(r"<(script|style)(?=[\s>])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MapParts:
    """What goes into the page's head, into its body, and behind its other scripts."""

    head: Markup
    body: Markup
    script: Markup


def render(page_map: GridMap, nonce: str) -> MapParts:
    """Render a map once. Each script and style tag carries the nonce.

    Values reach the script through ``tojson`` only; besides, no ``</`` or ``<!--`` can end the script early.
    """
    figure = page_map.get_root()
    assert isinstance(figure, Figure)
    figure.render()
    head = Markup("\n").join(
        _head_part(child, nonce) for name, child in figure.header._children.items() if name != _CHARSET
    )
    script = figure.script.render().replace("</", "<\\/").replace("<!--", "<\\!--")
    return MapParts(
        head=head,
        body=Markup(_with_nonce(figure.html.render(), nonce)),  # noqa: S704  (Folium escaped it)
        script=Markup(f'<script nonce="{escape(nonce)}">\n{script}\n</script>'),  # noqa: S704
    )


def _head_part(child: Element, nonce: str) -> Markup:
    if isinstance(child, JavascriptLink):
        return Markup('<script src="{}" nonce="{}"></script>').format(child.url, nonce)
    if isinstance(child, CssLink):
        return Markup('<link rel="stylesheet" href="{}">').format(child.url)
    return Markup(_with_nonce(child.render(), nonce))  # noqa: S704


def _with_nonce(html: str, nonce: str) -> str:
    return _TAG.sub(rf'<\1 nonce="{escape(nonce)}"', html)
