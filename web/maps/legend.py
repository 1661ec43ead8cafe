"""The legend of a map: title, unit, classes, date of the data, at the lower right."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from branca.element import MacroElement
from folium.map import Layer
from folium.template import Template


@dataclass(frozen=True, slots=True)
class LegendRow:
    """One line: its sample (a colour as #rrggbb, or the name of a sign in the style sheet) and its words.

    A row with a ``choice`` is a button: the map's element gets the event ``gridmap:class`` with it.
    """

    sample: str
    words: str
    choice: str = ""


class Legend(MacroElement):
    """A legend that shows while its layer is on the map (always, without a layer)."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            gridmap.legend(
                {{ this._parent.get_name() }}, {{ this.settings|tojson }}, {{ this.layer.get_name() if this.layer else "null" }}
            );
        {% endmacro %}
        """
    )

    def __init__(
        self, title: str, rows: Sequence[LegendRow], *, unit: str = "", note: str = "", layer: Layer | None = None
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
        self._name = "Legend"
        self.layer = layer
        self.settings = {"title": title, "unit": unit, "note": note, "rows": [asdict(row) for row in rows]}
