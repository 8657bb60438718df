"""Actions take the actor, never read the request, never commit, and leave a record."""

import ast

from portal.slices import SLICES
from tests.house.source import PORTAL, functions, short, tree

SILENT = {"notifications.read", "notifications.read_all", "accounts.choose"}  # read marks and preferences are no deeds
ACTIONS = [PORTAL / name / "actions.py" for name in SLICES if (PORTAL / name / "actions.py").exists()]


def _calls(function: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            names.add(node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
    return names


def _all_calls() -> dict[str, set[str]]:
    calls: dict[str, set[str]] = {}
    for name in SLICES:
        for path in (PORTAL / name).glob("*.py"):
            for function in functions(path):
                calls.setdefault(function.name, set()).update(_calls(function))
    return calls


def _records(name: str, calls: dict[str, set[str]], seen: set[str]) -> bool:
    if name == "record":
        return True
    if name in seen:
        return False
    seen.add(name)
    return any(_records(called, calls, seen) for called in calls.get(name, ()))


def test_each_action_records_what_it_did():
    calls = _all_calls()
    wrong = [
        f"{path.parent.name}.{f.name}" for path in ACTIONS for f in tree(path).body
        if isinstance(f, ast.FunctionDef) and not f.name.startswith("_") and any(a.arg == "by" for a in f.args.kwonlyargs)
        and f"{path.parent.name}.{f.name}" not in SILENT and not _records(f.name, calls, set())
    ]
    assert wrong == []


def test_actions_and_queries_never_read_the_request():
    wrong = [
        short(path) for name in SLICES for kind in ("actions", "queries", "models", "rules", "workflow")
        if (path := PORTAL / name / f"{kind}.py").exists()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "flask" and {a.name for a in node.names} & {"request", "session"}
    ]
    assert wrong == []


def test_nobody_commits_but_the_request_and_the_unit_of_work():
    wrong = [
        short(path) for path in PORTAL.rglob("*.py") if short(path) != "portal/core/db.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "db.session.commit"
    ]
    assert wrong == []
