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
