from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, FileField, FloatField, SelectField
from wtforms.validators import AnyOf, DataRequired, Email, NumberRange, Optional, StopValidation, ValidationError

from portal.accounts.accepted import good_username
from portal.core import forms, options, pages
from portal.customers import masking, phones, queries, regions
from portal.customers.models import Customer, CustomerClass, Site
from portal.customers.phones import BadPhone, Phone

SITE_TEXTS = ("estate", "layout", "access_notes", "reminder")
SITE_COLUMNS = (*SITE_TEXTS, "area_id", "size", "handover_on", "warranty_until")
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2100, 12, 31)
email_address = Email(message=_l("Write the address like name@example.com."))


def number_in_use(form: Any, field: Any) -> None:
    """Refuses what is no phone number; leaves the number read in `field.phone`."""
    try:
        field.phone = phones.parse(field.data)
    except BadPhone as bad:
        raise ValidationError(str(bad.sentence)) from None


def likely_day(form: Any, field: Any) -> None:
    if field.data and not FIRST_DAY <= field.data <= LAST_DAY:
        raise StopValidation(_l("Choose a day between 1950 and 2100."))


def day(label: Any) -> DateField:
    return DateField(label, validators=[Optional(), likely_day])


class CustomerForm(forms.Form):
    name = forms.text(_l("Name"), 60, needed=_l("Write the customer's name."))
    salutation = forms.text(_l("Salutation"), 60, description=_l("How to address them, for example Mr Ma"))
    class_ = forms.pick(_l("Class"), CustomerClass, default=CustomerClass.NORMAL)
    email = forms.text(_l("E-mail"), 200, email_address)
    preference = forms.text(_l("Preferences"), 200, description=_l("For example: text messages, no calls at noon"))
    note = forms.area(_l("Good to know"), 500)


class EditCustomerForm(CustomerForm):
    """Name and e-mail stay hidden: empty keeps what is stored."""

    @classmethod
    def of_customer(cls, customer: Customer):
        shown = ("salutation", "class_", "preference", "note")
        return cls.of_request(data={n: getattr(customer, n) for n in shown}, version=customer.version)

    name = forms.text(_l("New name"), 60)
    email = forms.text(_l("New e-mail"), 200, email_address)
    no_email = BooleanField(_l("Remove the e-mail address"))


def code(value: Any) -> str:
    """What `Optional` takes for empty is empty."""
    return (value or "").strip()


class RegionFields(forms.Form):
    """省 市 区: three lists, each filled by the one before."""

    province = SelectField(_l("Province"), coerce=code, validators=[Optional()])
    city = SelectField(_l("City"), coerce=code, validators=[Optional()])
    district = SelectField(_l("District"), coerce=code, validators=[Optional()])

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._offer()

    def choose(self, code: str) -> None:
        """Preselect a region of any level."""
        self.province.data, self.city.data, self.district.data = (code[:n] if len(code) >= n else "" for n in (2, 4, 6))
        self._offer()

    def _offer(self) -> None:
        """What is chosen in one list decides what the next one offers; a city of another province is forgotten."""
        self.province.choices = [("", _l("Not chosen")), *regions.below()]
        for above, field in ((self.province, self.city), (self.city, self.district)):
            rows = regions.below(above.data) if above.data else ()
            field.choices = [("", _l("Not chosen")), *rows]
            if field.data not in dict(rows):
                field.data = ""

    @property
    def region_code(self) -> str:
        return self.district.data or self.city.data or self.province.data or ""

    def validate_province(self, field: Any) -> None:
        if not regions.is_complete(self.region_code):
            raise ValidationError(_l("Choose down to the district, or leave all three open."))


class SiteForm(RegionFields):
    estate = forms.text(_l("Estate or street"), 60, description=_l("For example Jinxiuli"))
    detail = forms.text(_l("Building and door"), 120, needed=_l("Write building and door."))
    area_id = SelectField(_l("Area"), coerce=lambda v: int(v) if v else None, validators=[Optional()])
    layout = forms.text(_l("Layout"), 40, description=_l("For example 3 rooms, 1 hall"))
    size = FloatField(_l("Size in m²"), validators=[Optional(), NumberRange(1, 100_000, _l("Between 1 and 100,000 m²."))])
    access_notes = forms.text(_l("Way in"), 300, description=_l("Gate, door code, parking, pets"))
    reminder = forms.text(_l("Reminder for whoever comes"), 300)
    handover_on = day(_l("Handed over on"))
    warranty_until = day(_l("Under warranty until"))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.area_id.choices = [("", _l("By region")), *((a.id, a.word) for a in queries.areas())]

    def validate_warranty_until(self, field: Any) -> None:
        if field.data and self.handover_on.data and field.data < self.handover_on.data:
            raise ValidationError(_l("The warranty cannot end before the handover."))

    def site_values(self) -> dict[str, Any]:
        """Columns of Site; without the door when none was typed."""
        values = {n: "" if v is None and n in SITE_TEXTS else v for n, v in self.values(*SITE_COLUMNS).items()}
        return {**values, "region_code": self.region_code, **({"detail": self.detail.data} if self.detail.data else {})}


class NewSiteForm(SiteForm):
    """A fresh one starts in the company's usual region."""

    @classmethod
    def of_request(cls, **more: Any):
        form = super().of_request(**more)
        if not pages.is_post():
            form.choose(options.value("customers.home_region"))
        return form


class EditSiteForm(SiteForm):
    """The door stays hidden: empty keeps what is stored."""

    detail = forms.text(_l("New building and door"), 120)

    @classmethod
    def of_site(cls, site: Site):
        form = cls.of_request(data={n: getattr(site, n) for n in SITE_COLUMNS}, version=site.version)
        if not pages.is_post():
            form.choose(site.region_code)
        return form


class NewCustomerForm(CustomerForm, NewSiteForm):
    """Customer, first number and, if an address is typed, first home."""

    phone = forms.text(_l("Phone"), 40, number_in_use, needed=_l("Write a number that reaches them."))
    detail = forms.text(_l("Building and door"), 120)

    def validate(self, extra_validators: Any = None) -> bool:
        right = super().validate(extra_validators)
        if not self.detail.data and (self.estate.data or self.access_notes.data):
            self.refuse("detail", _l("Write building and door, or leave the whole address open."))
        return right and not self.detail.errors


class PhoneForm(forms.Form):
    number = forms.text(_l("Number"), 40, number_in_use, needed=_l("Write the number."))
    caller = forms.text(_l("Who answers"), 60, description=_l("For example the tenant or the mother"))
    site_id = SelectField(_l("For which home"), coerce=lambda v: int(v) if v else None, validators=[Optional()])

    @classmethod
    def of_sites(cls, sites: Any, **more: Any):
        form = cls.of_request(**more)
        form.site_id.choices = [("", _l("For all")), *((s.id, masking.address(s)) for s in sites if s.active)]
        return form

    @property
    def phone(self) -> Phone | None:
        return self.number.phone if self.number.data else None


class EditPhoneForm(PhoneForm):
    """The number stays hidden: empty keeps it."""

    number = forms.text(_l("New number"), 40, number_in_use)


class MergeForm(forms.Form):
    into = SelectField(_l("Merge into"), coerce=int, validate_choice=False, validators=[NumberRange(1, 2**31 - 1, _l("Choose one."))])
    sure = BooleanField(_l("These two are the same customer"), validators=[DataRequired(_l("Say that these two are the same."))])


class ImportForm(forms.Form):
    kind = SelectField(_l("What is in the table?"), validators=[AnyOf(("customers", "sites", "staff"), _l("Choose one."))])
    table = FileField(_l("Table"), description=_l("CSV or XLSX, at most 1,000 rows and 5 MB"))


class ImportedCustomer(NewCustomerForm):
    """One row of a table of customers."""


class ImportedSite(SiteForm):
    """One row of a table of homes; the number says whose."""

    phone = forms.text(_l("Phone"), 40, number_in_use, needed=_l("Write a number that reaches them."))


class ImportedPerson(forms.Form):
    """One row of a table of staff."""

    name = forms.text(_l("Name"), 60, needed=_l("Write the name."))
    username = forms.text(_l("Staff number"), 40, good_username, needed=_l("Write a staff number."))
    phone = forms.text(_l("Phone"), 40, number_in_use)
    email = forms.text(_l("E-mail"), 200, email_address)
