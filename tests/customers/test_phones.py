"""Any usual way of writing a number leads to the same number; wrong ones are refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal.core import options
from portal.customers import phones
from portal.customers.phones import BadPhone

SEVERAL = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
separators = st.sampled_from(["", " ", "-", " ", "·", "  "])

pytestmark = pytest.mark.once


@SEVERAL
@given(number=mobiles, separator=separators, front=st.sampled_from(["", "+86", "+86 ", "0086", "86"]), wide=st.booleans())
def test_a_mobile_number_is_the_same_however_it_is_written(app, number, separator, front, wide):
    written = front + separator.join([number[:3], number[3:7], number[7:]])
    if wide:
        written = written.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789+"})

    found = phones.parse(written)

    assert (found.e164, found.digits, found.last4) == ("+86" + number, number, number[-4:])


@SEVERAL
@given(number=mobiles)
def test_a_masked_number_shows_the_first_three_and_the_last_four_digits(app, number):
    e164 = phones.parse(number).e164
    assert phones.masked(e164) == f"{number[:3]}****{number[-4:]}"
    assert phones.spaced(e164) == f"{number[:3]} {number[3:7]} {number[7:]}"


@SEVERAL
@given(number=mobiles, length=st.integers(3, 11))
def test_what_is_typed_of_a_number_is_the_beginning_of_its_digits(app, number, length):
    assert phones.parse(number).digits.startswith(phones.dialled(number[:length]))


@SEVERAL
@given(text=st.text(max_size=60))
@example("\x00")
@example("+")
@example("9" * 60)
@example("١٢٣٤٥٦٧٨٩٠١")
@example("²¹³")
def test_any_text_is_a_number_or_is_refused_in_words(app, text):
    try:
        found = phones.parse(text)
    except BadPhone as refused:
        assert str(refused.sentence)
    else:
        assert found.e164.startswith("+") and found.digits.isdigit() and len(found.last4) == 4
        assert phones.parse(found.e164).e164 == found.e164
    assert phones.dialled(text) == "" or phones.dialled(text).isascii()


@pytest.mark.parametrize(("raw", "e164", "digits", "extension"), [
    ("021 5555 1234", "+862155551234", "02155551234", ""),
    ("(0571) 8888-1234 转 12", "+8657188881234", "057188881234", "12"),
    ("010-12345678 ext. 3", "+861012345678", "01012345678", "3"),
    ("400-800-1234", "+864008001234", "4008001234", ""),
    ("+852 9123 4567", "+85291234567", "0085291234567", ""),
])
def test_landlines_service_numbers_and_numbers_abroad_are_read(app, raw, e164, digits, extension):
    found = phones.parse(raw)
    assert (found.e164, found.digits, found.extension) == (e164, digits, extension)
    assert phones.as_dialled(e164) == digits


def test_a_short_number_of_the_town_gets_the_area_code(app):
    options.put("customers.area_code", "021")
    assert phones.parse("5555 1234").e164 == "+862155551234"


@pytest.mark.parametrize(("raw", "sentence"), [
    ("1330000447", "1 digit is missing, a mobile number has 11."),
    ("133000044711", "1 digit too many, a mobile number has 11."),
    ("5555 1234", "Put the area code in front, for example 021."),
    ("王先生", "Type the number with digits, for example 133 0000 4471."),
    ("", "Type the number with digits, for example 133 0000 4471."),
])
def test_the_refusal_says_how_to_put_it_right(app, raw, sentence):
    from flask_babel import force_locale

    with force_locale("en"), pytest.raises(BadPhone) as refused:
        phones.parse(raw)
    assert str(refused.value.sentence) == sentence
