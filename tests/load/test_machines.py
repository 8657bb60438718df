"""Several machines are one portal: two sets of processes on two ports, one PostgreSQL, and the wake-up process."""

import secrets
import threading
from html import unescape

import pytest

from portal.demo.people import PASSWORD
from tests.databases import BACKENDS, new_database
from tests.load.rows import WORDS, IdlePoll
from tests.load.servers import Place, free_port
from tests.load.streams import Listening, Stream, until, wire_of
from tests.load.wire import Wire

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("machines"),
              pytest.mark.skipif("postgresql" not in BACKENDS, reason="several machines need PostgreSQL")]


class Machines:
    """Two places that share the database and nothing else; the first one runs the wake-up process for both."""

    def __init__(self, folder, url: str):
        self.wake = free_port()
        self.first, self.second = (Place("postgresql", folder / name, free_port(), url) for name in ("one", "two"))
        for place in (self.first, self.second):
            place.environ["WAKE_PORT"] = str(self.wake)
        self.first.prepare(120)
        self.servers = [self.first.start("web", "wake"), self.second.start("web")]
        for server in self.servers:
            server.wait("/healthz")
        self.cookies = Wire(self.first.port).sign_in("linxiao", PASSWORD).cookies

    def wires(self, cookies: str = "") -> list[Wire]:
        """The same person's connection to each machine."""
        return [wire_of(place.port, cookies or self.cookies) for place in (self.first, self.second)]

    def stop(self) -> None:
        for server in self.servers:
            server.stop()


@pytest.fixture(scope="module")
def machines(tmp_path_factory, shared, worker_id):
    made = Machines(tmp_path_factory.mktemp("machines"), new_database(shared, f"portal_machines_{worker_id}"))
    yield made
    made.stop()


@pytest.fixture
def held(machines):
    """Streams of these cookies, being read; closed at the end."""
    listening = []

    def hold(*cookies: str) -> list[Stream]:
        streams = [Stream(machines.wake, own) for own in cookies]
        listening.append(Listening(streams))
        assert until(lambda: all(s.status for s in streams))
        return streams

    assert until(lambda: _status(machines) == 200)
    yield hold
    for one in listening:
        one.stop()


def _status(machines) -> int:
    (stream,) = streams = [Stream(machines.wake, machines.cookies)]
    listening = Listening(streams)
    until(lambda: stream.status)
    listening.stop()
    return stream.status


def _note(wire: Wire, ticket: int) -> None:
    assert wire.post(f"/tickets/{ticket}/reply", key=secrets.token_urlsafe(18), mode="internal", words=WORDS, then="").status == 303


def _call(machines) -> dict[str, str]:
    """What is filled in while somebody calls."""
    phone = machines.first.value("SELECT digits FROM customer_phone WHERE position = 0 LIMIT 1")
    category = machines.first.value("SELECT id FROM category WHERE parent_id IS NULL LIMIT 1")
    return {"phone": phone, "category_id": str(category), "words": WORDS, "key": secrets.token_urlsafe(18), "priority": "", "then": ""}


def _made(machines) -> int:
    answer = machines.wires()[0].post("/tickets/new", **_call(machines))
    assert answer.status == 303
    return int(answer.headers["location"].rsplit("/", 1)[1])


def _together(*calls) -> list:
    """What the calls answer, all begun at the same moment."""
    barrier, answers = threading.Barrier(len(calls)), {}

    def run(number: int) -> None:
        barrier.wait()
        answers[number] = calls[number]()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [answers[n] for n in range(len(calls))]


def test_a_session_of_one_machine_holds_on_the_other_and_ends_on_both(machines):
    cookies = Wire(machines.first.port).sign_in("hechuan", PASSWORD).cookies
    here, there = machines.wires(cookies)
    assert [here.get("/tickets/").status, there.get("/tickets/").status] == [200, 200]
    assert there.post("/sign-out").status == 303
    assert [here.get("/tickets/").status, there.get("/tickets/").status] == [303, 303]


def test_a_change_on_one_machine_is_in_the_next_live_answer_of_the_other(machines):
    here, there = machines.wires()
    found = IdlePoll.LIVE.search(there.get("/tickets/?view=all").text)
    address, tag = unescape(found[1]), found[2]
    ticket = machines.first.value("SELECT id FROM ticket WHERE status IN ('new', 'accepted', 'dispatched', 'in_progress') LIMIT 1")
    _note(here, ticket)
    answer = there.get(address, **{"HX-Request": "true", "HX-PTag": tag})
    assert answer.status == 200
    assert answer.headers["hx-ptag"] != tag
    assert there.get(address, **{"HX-Request": "true", "HX-PTag": answer.headers["hx-ptag"]}).status == 304


def test_two_machines_cannot_give_one_ticket_to_two_people(machines):
    other = Wire(machines.second.port).sign_in("zhoumin", PASSWORD)
    mine = machines.wires()[0]
    for _n in range(4):
        ticket = _made(machines)
        assert mine.post(f"/tickets/{ticket}/owner", owner="").status == 303
        before = machines.first.value("SELECT max(id) FROM activity")
        answers = _together(lambda t=ticket: mine.post(f"/tickets/{t}/claim"), lambda t=ticket: other.post(f"/tickets/{t}/claim"))
        assert [a.status for a in answers] == [303, 303]
        claims = machines.first.rows(f"SELECT actor_id FROM activity WHERE ticket_id = {ticket} AND id > {before} AND verb = 'ticket.assigned'")
        assert claims == [(machines.first.value(f"SELECT owner_id FROM ticket WHERE id = {ticket}"),)]


def test_a_form_sent_to_two_machines_makes_one_ticket(machines):
    before, fields = machines.first.value("SELECT count(*) FROM ticket"), _call(machines)
    here, there = machines.wires()
    answers = _together(lambda: here.post("/tickets/new", **fields), lambda: there.post("/tickets/new", **fields))
    assert [a.status for a in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert machines.first.value("SELECT count(*) FROM ticket") == before + 1


def test_a_change_on_any_machine_is_signalled_and_the_signal_says_nothing(machines, held):
    (stream,) = held(machines.cookies)
    ticket = machines.first.value("SELECT id FROM ticket WHERE status IN ('new', 'accepted', 'dispatched', 'in_progress') LIMIT 1")
    for wire in machines.wires():
        before = len(stream.signals)
        _note(wire, ticket)
        assert until(lambda: len(stream.signals) > before)  # noqa: B023
    assert stream.words <= {b"retry: 4000", b"data: 1", b":"}


def test_nobody_listens_without_a_session_or_without_sight_of_every_ticket(machines, held):
    technician = Wire(machines.first.port).sign_in("wangjianguo", PASSWORD).cookies
    assert [s.status for s in held("", "signed-in=made-up", technician)] == [401, 401, 403]


def test_signing_out_ends_the_stream_at_once_and_it_does_not_come_back(machines, held):
    leaving = Wire(machines.second.port).sign_in("zhoumin", PASSWORD)
    gone, stays = held(leaving.cookies, machines.cookies)
    assert leaving.post("/sign-out").status == 303
    assert until(lambda: gone.over)
    assert not stays.over
    assert [s.status for s in held(leaving.cookies)] == [401]


def test_a_page_of_another_site_cannot_listen(machines, held):
    held()
    stream = Stream(machines.wake, machines.cookies, "Origin: https://elsewhere.example\r\n")
    listening = Listening([stream])
    assert until(lambda: stream.status == 403)
    listening.stop()


def test_the_page_names_the_stream_and_its_policy_allows_no_other(machines):
    answer = machines.wires()[0].get("/tickets/")
    assert f'<meta name="wake" content="http://127.0.0.1:{machines.wake}/">' in answer.text
    assert f"connect-src 'self' http://127.0.0.1:{machines.wake}/;" in answer.headers["content-security-policy"]
