"""The ground itself: start, assets, browser, jobs."""

from pathlib import Path

from portal.core import assets


def test_static_files_have_their_hash_in_the_name_and_are_kept_for_long(app, client):
    address = app.jinja_env.globals["asset"]("css/portal.css")

    answer = client.get(address)

    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]


def test_small_css_keeps_strings_and_blanks_that_mean_something():
    assert assets._small_css('/* x */ a , b :hover { content: ", {" ; width: calc(1px + 2px); }') == 'a,b :hover{content: ", {";width: calc(1px + 2px)}'


def test_the_process_says_that_it_is_alive_without_sign_in(client):
    assert client.get("/healthz").get_data(as_text=True) == "alive"


def test_ready_means_that_jobs_are_alive_too(app, client, clock):
    from portal.core import heartbeat

    assert "jobs" in client.get("/readyz").get_data(as_text=True)
    heartbeat.beat(app)
    clock.move_to((Path(app.config["INSTANCE"]) / "jobs.alive").stat().st_mtime)  # files have the machine's own time
    assert "jobs" not in client.get("/readyz").get_data(as_text=True)


def test_jobs_of_another_machine_count_when_the_database_is_shared(app, client, tmp_path, backend):
    from portal.core import heartbeat

    app.extensions.pop(heartbeat.ROW, None)
    heartbeat.beat(app)
    app.config["INSTANCE"] = str(tmp_path)
    assert ("jobs" in client.get("/readyz").get_data(as_text=True)) == (backend == "sqlite")


def test_parts_of_the_catalogue_join_and_the_first_word_wins(tmp_path):
    from portal.translations.build import build, merge

    (tmp_path / "a.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Accept"\nmsgstr "受理"\n')
    (tmp_path / "b.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Accept"\nmsgstr "接受"\n')

    assert merge(tmp_path)["Accept"].string == "受理"
    assert build(tmp_path, tmp_path / "messages.mo").exists()


def test_a_failing_job_is_logged_and_does_not_stop_the_rounds(app, monkeypatch):
    from portal import work

    monkeypatch.setattr(work, "SCHEDULE", (("broken", 5, "portal.core.clock:no_such_function"),))
    work.run_job(app, "broken")
