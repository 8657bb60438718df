"""A finished visit is signed, or says why not; one without access shows the door. Asked where a person finishes; imports and stories are not."""

from __future__ import annotations

from typing import Sequence

from flask_babel import lazy_gettext as _l

from portal.core import options
from portal.core.errors import Refused
from portal.visits import accounting
from portal.visits.models import Visit, VisitStatus
from portal.visits.options import DOOR_PHOTO_NEEDED, SIGNATURE_NEEDED


def lacks_signature(visit: Visit) -> bool:
    return bool(options.value(SIGNATURE_NEEDED)) and accounting.signature_of(visit) is None


def refuse_unsigned(visit: Visit, outcome: VisitStatus | None) -> None:
    """Raises Refused for work that was done, in whole or in part, without signature or reason."""
    if outcome in (VisitStatus.DONE, VisitStatus.PARTLY_DONE) and lacks_signature(visit):
        raise Refused(_l("Let the customer sign first, or say why there is no signature."))


def lacks_door_photo(outcome: VisitStatus | None, photos: Sequence) -> bool:
    return outcome is VisitStatus.NO_ACCESS and not photos and bool(options.value(DOOR_PHOTO_NEEDED))
