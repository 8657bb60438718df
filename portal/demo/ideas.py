"""Any number of proposals in bulk, for measuring lists, board and similar ones."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from random import Random

from sqlalchemy import insert, select

from portal.accounts.models import Person, Team
from portal.catalogue.models import Category, Stage
from portal.core import clock, search
from portal.core.db import db, own_transaction
from portal.core.search import SearchEntry
from portal.demo.story import WORDS
from portal.proposals.models import Naming, Proposal, ProposalStatus, ProposalToken, Source
from portal.proposals.similar import FIRST_WORDS, pairs

SEED, AT_ONCE = 20_261_122, 2_000
S = ProposalStatus
FATES = (S.SUBMITTED, S.REVIEW, S.RETURNED, S.TRIAL, S.ADOPTED, S.IN_PROGRESS, S.DONE, S.VERIFIED, S.DEFERRED, S.DECLINED)
SHARES = (2, 1, 1, 1, 4, 4, 20, 17, 10, 40)
PLACES = ("一楼", "阳台", "厨房", "书房", "车库", "玄关", "阁楼", "地下室", "露台", "楼道")


def load(number: int) -> int:
    """As many proposals of the last three years, written in bulk. Returns how many."""
    rng, made = Random(SEED), _rows(number)
    ids = {model: list(db.session.scalars(select(model.id))) for model in (Person, Team, Stage, Category)}
    db.session.rollback()
    while part := list(islice(made, AT_ONCE)):
        rows = [_filled(row, rng, ids) for row in part]
        with own_transaction() as connection:
            connection.execute(insert(Proposal.__table__), rows)
            words = [(r["id"], r["number"], r["title"], r["problem"], r["suggestion"]) for r in rows]
            connection.execute(insert(ProposalToken.__table__), [
                {"token": t, "proposal_id": i} for i, _n, *texts in words for t in pairs(texts[0], *(w[:FIRST_WORDS] for w in texts[1:]))
            ])
            connection.execute(insert(SearchEntry.__table__), [
                {"kind": "proposal", "record_id": i, "tokens": search.tokens("\n".join(texts))} for i, *texts in words
            ])
    return number


def _rows(number: int):
    texts = WORDS["proposal"]
    for n in range(number):
        text, place = texts[n % len(texts)], PLACES[n // len(texts) % len(PLACES)]
        yield {
            "id": n + 1, "number": f"Q{n + 1:07d}", "title": f"{place}{n % 997}号：{text['title']}"[:120],
            "problem": f"{place}{n % 991}：{text['problem']}", "suggestion": text["suggestion"], "expected": "", "n": n,
        }


def _filled(row: dict, rng: Random, ids: dict) -> dict:
    status, created = rng.choices(FATES, SHARES)[0], clock.now() - timedelta(minutes=rng.randrange(3 * 365 * 1440))
    agreed = status in (S.ADOPTED, S.IN_PROGRESS, S.DONE, S.VERIFIED)
    done = status in (S.DONE, S.VERIFIED)
    row.pop("n")
    return row | {
        "status": status, "source": Source.STAFF if rng.random() < 0.8 else Source.CUSTOMER, "naming": Naming.NAMED,
        "author_id": rng.choice(ids[Person]), "stage_id": rng.choice(ids[Stage]), "team_id": rng.choice(ids[Team]),
        "category_id": rng.choice(ids[Category]), "votes": rng.randrange(60), "score": rng.random() * 5, "created_at": created, "changed_at": created,
        "screened_at": None if status == S.SUBMITTED else created + timedelta(days=2), "adopted_at": created + timedelta(days=6) if agreed else None,
        "finished_at": created + timedelta(days=40) if done else None, "verified_at": created + timedelta(days=70) if status == S.VERIFIED else None,
        "gain": rng.random() * 4 if status == S.VERIFIED else 0.0, "answer_by": created + timedelta(days=7), "customer_name": "",
        "customer_contact": "", "reason": "", "effect": "", "comments": 0, "edits": 0, "cost": 0, "appealed": False, "published": False,
        "changed_id": 0, "version": 1,
    }
