"""What changes between two layers of grids: outlines of both, ground and buildings that change hands."""

from branca.element import MacroElement
from folium.template import Template

#: Orange and purple are told apart by everybody, and by their lightness on grey paper.
MOVED_GROUND, MOVED_BUILDING = "#e08214", "#542788"
NEW_LINE = "#1f5f8b"


class MovesLayer(MacroElement):
    """Drawn from ``url`` (``{"old", "new", "moves": [feature], "buildings": [{"id", "at": [lat, lon], "words"}]}``).

    Whatever in the page has ``data-gm-show`` with an id shows that place when it is clicked. The page must load maps/moves.js.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            gridmap.moves({{ this._parent.get_name() }}, {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
        self._name = "MovesLayer"
        self.settings = {"url": url, "ground": MOVED_GROUND, "building": MOVED_BUILDING, "line": NEW_LINE}
