"""A finished visit is signed, or says why not. Asked where a person finishes; imports and stories of the past are not asked."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core import options
from portal.core.errors import Refused
from portal.visits import accounting
from portal.visits.models import Visit, VisitStatus
from portal.visits.options import SIGNATURE_NEEDED


def lacks_signature(visit: Visit) -> bool:
    return bool(options.value(SIGNATURE_NEEDED)) and accounting.signature_of(visit) is None


def refuse_unsigned(visit: Visit, outcome: VisitStatus | None) -> None:
    """Raises Refused for work that was done, in whole or in part, without signature or reason."""
    if outcome in (VisitStatus.DONE, VisitStatus.PARTLY_DONE) and lacks_signature(visit):
        raise Refused(_l("Let the customer sign first, or say why there is no signature."))
