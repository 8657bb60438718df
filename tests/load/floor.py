"""The floor of every ratio: a bare Flask page, served with the portal's own flags."""
from flask import Flask

app = Flask(__name__)
@app.get("/")  # noqa: E302 - eight lines are the point
def page():
    return "<!doctype html><title>Floor</title><p>A bare page."
