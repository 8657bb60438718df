"""Many at once: every vote counts once, on both databases."""

from concurrent.futures import ThreadPoolExecutor

from portal.core.forms import new_key
from portal.proposals import actions
from portal.proposals.models import Proposal, ProposalVote
from tests import cast, make


def test_votes_at_the_same_moment_are_all_counted_once(app, db):
    make.catalogue()
    proposal = actions.submit("", "问题", "建议", by=cast.technician())
    voters = [cast.signed_in(app.test_client(), cast.agent()) for _n in range(4)]
    path = f"/proposals/{proposal.id}"
    db.commit()

    def press(client) -> list[int]:
        return [client.post(f"{path}/{verb}").status_code for verb in ("vote", "vote", "unvote", "vote", "vote")]

    with ThreadPoolExecutor(4) as pool:
        answers = [status for found in pool.map(press, voters) for status in found]
    assert answers == [303] * 20
    db.expire_all()
    assert (db.get(Proposal, proposal.id).votes, db.query(ProposalVote).count()) == (4, 4)


def test_one_person_in_two_windows_has_one_vote(app, db):
    make.catalogue()
    proposal = actions.submit("", "问题", "建议", by=cast.technician())
    person = cast.agent()
    windows = [cast.signed_in(app.test_client(), person) for _n in range(2)]
    db.commit()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda client: [client.post(f"/proposals/{proposal.id}/vote") for _n in range(3)], windows))
    db.expire_all()
    assert (db.get(Proposal, proposal.id).votes, db.query(ProposalVote).count()) == (1, 1)


def test_a_form_sent_twice_is_one_proposal(app, db):
    make.catalogue()
    client = cast.signed_in(app.test_client(), cast.technician())
    sent = {"key": new_key(), "problem": "问题", "suggestion": "建议", "naming": "named"}
    assert [client.post("/proposals/new", data=sent).status_code for _n in range(2)] == [303, 303]
    assert db.query(Proposal).count() == 1
