"""The ground itself: start, assets, browser, jobs."""

from portal.core import assets


def test_static_files_have_their_hash_in_the_name_and_are_kept_for_long(app, client):
    address = app.jinja_env.globals["asset"]("css/portal.css")

    answer = client.get(address)

    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]


def test_small_css_keeps_strings_and_blanks_that_mean_something():
    assert assets._small_css('/* x */ a , b :hover { content: ", {" ; width: calc(1px + 2px); }') == 'a,b :hover{content: ", {";width: calc(1px + 2px)}'
