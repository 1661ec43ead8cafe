"""Cases: the list of reports with its filters, one case with all that is known of it, exports."""

from web.cases import detail, exporting, keeping, listing, moving, photos
from web.cases.blueprint import blueprint

__all__ = ["blueprint", "detail", "exporting", "keeping", "listing", "moving", "photos"]
