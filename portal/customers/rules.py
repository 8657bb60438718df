from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit

permit("customers.see", _l("See customers and their homes"), Role.AGENT, Role.SUPERVISOR, Role.ANALYST)
permit(
    "customers.enter", _l("Enter a customer: by hand, by import, or oneself by a request"),
    Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.CUSTOMER,
)
permit("customers.edit", _l("Change customers and homes"), Role.AGENT, Role.SUPERVISOR)
permit("customers.reveal", _l("Reveal a full name, phone number or address"), Role.AGENT, Role.SUPERVISOR, Role.TECHNICIAN)
permit("customers.merge", _l("Merge doubled customers"), Role.AGENT, Role.SUPERVISOR)
permit("customers.import", _l("Import customers and homes from a table"), Role.SUPERVISOR, Role.ADMINISTRATOR)
