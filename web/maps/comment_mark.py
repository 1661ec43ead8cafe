"""Where somebody said something about a plan."""

from branca.element import MacroElement
from folium.template import Template


class CommentMark(MacroElement):
    """A numbered pin at a place in WGS84 degrees, hollow when it is ``settled``; choosing it shows the comment ``ref`` on the page.

    ``label`` is what a screen reader says. The page must load maps/comment_mark.js.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            gridmap.commentMark({{ this._parent.get_name() }}, {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, lat: float, lon: float, *, number: int, ref: str, label: str, settled: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
        self._name = "CommentMark"
        self.settings = {"lat": lat, "lon": lon, "number": number, "ref": ref, "label": label, "settled": settled}
