"""The yardstick itself: what counts as met, as undecided, and what a page needs."""

import os
import threading
import time

import pytest
from werkzeug.serving import make_server

from portal.tickets.queue import View
from tests.load import bench, growth, lists, measuring, waking, weight
from tests.load.floor import app as floor
from tests.load.measuring import Line, Round
from tests.load.servers import Others
from tests.load.wire import Answer, Wire


def _round(**values) -> Round:
    return Round(**{"before": 0.001, "p50": 0.01, "p95": 0.02, "after": 0.001, "work": 10.0, "stolen": 0.0, **values})


def test_a_line_within_its_limit_is_met():
    assert Line("page", 20.0, value=20.0).verdict == "met"
    assert Line("page", 20.0, value=20.1).verdict == "NOT MET"


def test_slow_ones_among_the_answers_count_too():
    assert Line("page", 20.0, value=10.0, p95=40.0, limit_p95=40.0).verdict == "met"
    assert Line("page", 20.0, value=10.0, p95=40.1, limit_p95=40.0).verdict == "NOT MET: p95 above 40×"


def test_a_wrong_page_is_never_met_however_fast():
    assert Line("page", 20.0, value=1.0, wrong="another's page").verdict == "NOT MET: another's page"


def test_a_restless_machine_decides_nothing():
    assert _round().steady
    assert not _round(after=0.0012).steady
    assert not _round(stolen=0.2).steady
    assert Line("page", 20.0, value=1.0, decided=False).verdict == "undecided"


def test_only_what_others_do_is_stolen():
    """One's own threads wait for each other as well: on a machine where nothing else runs that steals nothing."""
    ours, foreign = Others([os.getpid()]), Others([])
    ends = time.process_time() + 0.3
    while time.process_time() < ends:
        pass
    assert ours.share() < foreign.share()


def test_everything_that_a_page_needs_is_weighed():
    page = ('<link rel="stylesheet" href="/static/a.css"><link href="b.svg" rel="icon"><script defer src="/c.js"></script>'
            '<a href="/elsewhere">x</a><svg><use href="/icons.svg#x"></use></svg>')
    found = weight._needed("/t/1", Answer(200, {"content-type": "text/html"}, page.encode(), 0, 0))
    assert sorted(found) == ["/c.js", "/icons.svg", "/static/a.css", "/t/b.svg"]


def test_the_published_list_holds_every_view_and_every_filter():
    asked = "&".join(lists.LISTS)
    assert {f"view={view.value}" for view in View} <= set(lists.LISTS)
    assert all(f"{name}=" in asked for name in ("status", "category", "priority", "area", "kind", "owner", "channel", "tag", "sort"))


def test_the_deepest_page_is_asked_for_from_the_end_of_the_lists_own_order():
    assert "ORDER BY next_due_at DESC, id DESC LIMIT 1 OFFSET 50" in lists.last_page_from("view=all", "1 = 1", 50)
    assert "ORDER BY created_at , id  LIMIT 1 OFFSET 50" in lists.last_page_from("view=all&sort=newest", "1 = 1", 50)


def test_each_row_of_the_table_has_its_own_line_of_growth():
    found = {"queue: a": (10.0, 11.0, 1.1, ""), "queue: b": (10.0, 14.0, 1.4, ""), "reply": (20.0, 20.0, 1.0, ""), "poll": (0.5, 0.9, 1.8, "")}
    lines = {line.name: line for line in bench.growth_lines(found)}
    assert lines["growth: queue"].verdict == "NOT MET" and lines["growth: queue"].remark == "1 of 2 grow; most: b"
    assert lines["growth: reply"].verdict == "met" and lines["growth: poll"].verdict == "met"  # less than a millisecond is nothing


def test_growth_is_told_in_bare_pages_and_of_pages_alike_only():
    small, large = {"a": (10.0, 0.2, 50, ""), "b": (10.0, 0.2, 3, "")}, {"a": (20.0, 0.4, 50, ""), "b": (20.0, 0.4, 50, ""), "c": (9.0, 0.2, 50, "")}
    assert dict(growth._ratios(small, large)) == {"a": (10.0, 20.0, 1.0, "")}


def test_memory_has_the_limit_of_its_size_and_must_be_flat():
    assert bench.memory_line(170, [171, 172], 10_000, 1_000_000).verdict == "met"
    assert bench.memory_line(170, [171, 172], 10_000, 10_000).verdict == "NOT MET"
    assert bench.memory_line(100, [99, 140], 10_000, 10_000).verdict == "NOT MET: not flat, 100 MB half-way"


def test_every_change_of_the_live_load_is_one():
    assert [waking.another(owner, [1, 2, 3]) for owner in (1, 2, 3, None, 9)] == [2, 3, 1, 1, 1]


def test_the_live_load_counts_what_is_not_met(capsys):
    assert waking.tell("polling", [("slowest, s", 1.2, 1.0), ("failed", 0, 0), ("remark", 5, None)]) == 1
    assert [line.rsplit("  ", 1)[-1] for line in capsys.readouterr().out.splitlines()[2:4]] == ["NOT MET", "met"]


def test_a_row_that_fails_is_not_met_and_does_not_stop_the_others():
    class Broken:
        name, limit = "broken", 20.0

        def __init__(self, desk):
            raise KeyError("no such ticket")

    line = bench._row(Broken, None, None, 1)
    assert (line.name, line.verdict) == ("broken", "NOT MET: KeyError: 'no such ticket'")


@pytest.fixture
def bare():
    server = make_server("127.0.0.1", 0, floor, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Wire(server.port)
    server.shutdown()


def test_the_wire_reads_a_page(bare):
    answer = bare.get("/")
    assert (answer.status, answer.text) == (200, "<!doctype html><title>Floor</title><p>A bare page.")


def test_the_wire_opens_itself_anew(bare):
    bare.get("/")
    bare.close()
    assert bare.get("/").status == 200


def test_speed_counts_what_was_answered_and_tells_what_went_wrong(bare):
    assert measuring.speed([lambda: bare.get("/")], 1) > 0
    with pytest.raises(ZeroDivisionError):
        measuring.speed([lambda: 1 / 0], 0.1)
