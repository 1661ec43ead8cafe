"""Tools on a map: measure a distance or an area, print."""

from collections.abc import Mapping

from branca.element import MacroElement
from folium.template import Template


class MapTools(MacroElement):
    """Buttons below the zoom. ``words`` are the texts of the script: distance, area, print, hint, undo, close, units, scale."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            gridmap.tools({{ this._parent.get_name() }}, {{ this.words|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, words: Mapping[str, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
        self._name = "MapTools"
        self.words = dict(words)
