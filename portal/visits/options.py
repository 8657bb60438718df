from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.options import option

MAP_ADDRESS = option(
    "visits.map_address", "https://uri.amap.com/search?keyword={address}", _l("Map address for navigation"),
    why=_l("{address} is replaced by the address of the visit. The map is only opened when the technician taps it."),
)
FIRST_HOUR = option("visits.first_hour", 8, _l("First hour of visits"), kind="whole", low=0, high=23, why=_l("Offered when a visit is planned for another day."))
LAST_HOUR = option("visits.last_hour", 20, _l("Last hour of visits"), kind="whole", low=1, high=24, why=_l("Later than this, the next day is offered."))
REVEAL_MINUTES = option(
    "visits.reveal_minutes", 15, _l("Minutes a revealed number stays visible on a visit"), kind="whole", low=1, high=240,
    why=_l("Long enough to call; each new reveal is recorded."),
)
TRAVEL_ESTATE = option(
    "visits.travel_estate", 10, _l("Minutes of travel within an estate"), kind="whole", low=0, high=240,
    why=_l("Travel is estimated by area: positions of technicians are never followed."),
)
TRAVEL_AREA = option(
    "visits.travel_area", 20, _l("Minutes of travel within an area"), kind="whole", low=0, high=240, why=_l("Estimated, kept free before and after a visit."),
)
TRAVEL_FAR = option(
    "visits.travel_far", 40, _l("Minutes of travel between areas"), kind="whole", low=0, high=240, why=_l("Estimated, kept free before and after a visit."),
)
UNDO_MINUTES = option(
    "visits.undo_minutes", 5, _l("Minutes in which a technician can undo a step"), kind="whole", low=0, high=60,
    why=_l("A slip of the thumb is mended at once; later the desk decides."),
)
SKEW_MINUTES = option(
    "visits.skew_minutes", 5, _l("Minutes by which a phone's clock may differ before it is marked"), kind="whole", low=1, high=120,
    why=_l("Times of a phone whose clock is wrong are corrected by the difference, and marked."),
)
STALE_MINUTES = option(
    "visits.stale_minutes", 15, _l("Minutes after which “on the way” and “arrived” are no longer sent to the customer"), kind="whole", low=1, high=240,
    why=_l("A phone that comes back from a cellar must not announce what is long over."),
)
DOOR_PHOTO_NEEDED = option(
    "visits.door_photo_needed", True, _l("A visit without access needs a photo of the door"), kind="flag",
    why=_l("With the minutes waited it settles who was not there."),
)
SIGNATURE_NEEDED = option(
    "visits.signature_needed", True, _l("A visit ends with a signature or the reason for none"), kind="flag",
    why=_l("What was done is agreed while both still stand before it."),
)
