"""Filing a report: by a click on the map, by the phone's position, by coordinates, by an address; with an account or without."""

from web.report_page import photos, views
from web.report_page.blueprint import blueprint

__all__ = ["blueprint", "photos", "views"]
