"""Everything reachable without sign-in: request, progress, survey, suggestion. A reviewer can read it in an hour."""

from flask import Blueprint

bp = Blueprint("public", __name__)
blueprints = (bp,)
