from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, RadioField
from wtforms.validators import Length, ValidationError

from portal.accounts import passwords, setup
from portal.accounts.accepted import good_username
from portal.accounts.models import Theme
from portal.accounts.options import NAME
from portal.core import forms, options
from portal.core.i18n import LANGUAGES


def good_code(form: Any, field: Any) -> None:
    if not setup.is_code(field.data):
        raise ValidationError(_("This is not the code. It stands on the console where the portal was started."))


def password(label: Any, needed: Any) -> PasswordField:
    """Kept as typed: blanks and any characters count. What is on the way never comes back in the page."""
    return PasswordField(label, [forms.required(needed), Length(max=200, message=_l("At most %(max)d characters."))])


class NewPassword(forms.Form):
    """A password that is checked against the rules, with the words its owner would think of first."""

    new_password = password(_l("New password"), _l("Write a new password."))

    def __init__(self, *args: Any, own_words: tuple[str, ...] = (), **more: Any):
        super().__init__(*args, **more)
        self.own_words = own_words

    def validate_new_password(self, field: Any) -> None:
        try:
            passwords.check_new(field.data, *self.own_words, options.value(NAME))
        except passwords.BadPassword as bad:
            raise ValidationError(str(bad.sentence)) from None


class SignInForm(forms.Form):
    username = forms.text(_l("Staff number or phone"), 60, needed=_l("Write the staff number or the phone number."))
    password = password(_l("Password"), _l("Write the password."))
    next = HiddenField()


class PreferencesForm(forms.Form):
    language = RadioField(_l("Language"), choices=list(LANGUAGES.items()))
    theme = RadioField(_l("Theme"), choices=Theme.choices(), coerce=str)
    keys_on = BooleanField(_l("Single letters as keys"), description=_l("For example R shows new tickets; never while typing"))


class ChangePasswordForm(NewPassword):
    password = password(_l("Present password"), _l("Write the present password."))


class SetUpForm(NewPassword):
    code = forms.text(_l("Code from the console"), 40, good_code, needed=_l("Write the code."))
    company = forms.text(_l("Company name"), 60, needed=_l("Write the company's name."))
    name = forms.text(_l("Your name"), 60, needed=_l("Write your name."))
    username = forms.text(_l("Staff number"), 40, good_username, needed=_l("Write a staff number."))
    new_password = password(_l("New password"), _l("Write a new password."))
    language = RadioField(_l("Language"), choices=list(LANGUAGES.items()))
