"""Imports go one way: core knows no slice, a slice knows only earlier ones, and no other slice's pages."""

import pytest

from portal.slices import SLICES
from tests.house.source import imports, modules, name_of, short

OWN_BUSINESS = {"views", "phone", "forms", "reactions", "jobs"}  # files that no other slice imports
BEFORE_PAGES = {"models", "rules", "workflow", "queries", "actions"}  # files that know no page
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager"}


def _slice(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in SLICES else None


def test_core_imports_no_slice():
    wrong = [f"{name_of(p)} imports {m}" for p in modules() if name_of(p).startswith("portal.core") for m in imports(p) if _slice(m)]
    assert wrong == []


@pytest.mark.parametrize("slice_", SLICES)
def test_a_slice_imports_only_from_slices_before_it(slice_):
    allowed = set(SLICES[: SLICES.index(slice_) + 1])
    wrong = [
        f"{short(p)} imports {m}" for p in modules() if _slice(name_of(p)) == slice_
        for m in imports(p) if _slice(m) and _slice(m) not in allowed
    ]
    assert wrong == []


def test_pages_forms_reactions_and_jobs_belong_to_their_slice():
    wrong = [
        f"{short(p)} imports {m}" for p in modules() for m in imports(p)
        if _slice(m) and _slice(m) != _slice(name_of(p)) and m.split(".")[-1] in OWN_BUSINESS
    ]
    assert wrong == []


def test_models_rules_queries_and_actions_know_no_page():
    wrong = [
        f"{short(p)} imports {m}" for p in modules() if p.stem in BEFORE_PAGES and _slice(name_of(p))
        for m in imports(p) if m.split(".")[-1] in {"views", "phone", "forms"} and _slice(m)
    ]
    assert wrong == []


def test_no_file_has_a_name_that_says_nothing():
    assert [short(p) for p in modules() if p.stem in FORBIDDEN_NAMES] == []


def test_every_slice_is_a_package_with_a_sentence_about_itself():
    import importlib

    assert [name for name in SLICES if not (importlib.import_module(f"portal.{name}").__doc__ or "").strip()] == []
