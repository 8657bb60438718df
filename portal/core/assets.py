"""Static files under names that hold their content's hash, made at start and served without touching Flask; pages compressed."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
from pathlib import Path

import brotli
from flask import Flask
from flask_compress import Compress
from whitenoise import WhiteNoise

SOURCE = Path(__file__).resolve().parents[2] / "static"
BUNDLES = {
    "css/portal.css": ("css/*.css",),
    "js/staff.js": ("vendor/htmx-4.0.1.min.js", "vendor/hx-ptag-4.0.1.min.js", "js/*.js"),  # one file: htmx starts when all of it is there
    "js/phone.js": ("js/phone/*.js",),
    "js/public.js": ("js/shrink.js", "js/copy.js", "js/submits.js", "js/opened.js", "js/reveal.js", "js/similar.js", "js/print.js", "js/carry.js"),
}
COMPRESSED = {".css", ".js", ".svg", ".json", ".webmanifest"}
HASHED = re.compile(r"^.+\.[0-9a-f]{12}\.\w+$")
IGNORED = {".md"}


def init_app(app: Flask) -> None:
    """Builds into the instance folder; offers `asset(path)` to templates; serves /static/ with a year of caching."""
    folder = Path(app.config.get("ASSETS_DIR") or Path(app.config["INSTANCE"]) / "assets").resolve()
    changing = bool(app.config.get("DEBUG"))
    names = build(folder)

    def asset(path: str) -> str:
        known = build(folder) if changing else names
        return f"/static/{known[path]}"

    app.jinja_env.globals["asset"] = asset
    app.config.update(COMPRESS_ALGORITHM=["br", "gzip"], COMPRESS_BR_LEVEL=1, COMPRESS_GZIP_LEVEL=5, COMPRESS_MIN_SIZE=800)
    Compress(app)  # pages; files are compressed once, when they are built
    app.wsgi_app = WhiteNoise(
        app.wsgi_app, root=folder, prefix="static/", autorefresh=changing, max_age=3600,
        immutable_file_test=_is_hashed, allow_all_origins=False, add_headers_function=_harden,
    )


def build(folder: Path, source: Path = SOURCE) -> dict[str, str]:
    """Path → hashed path. Does nothing when no source has changed; safe in several processes at once."""
    state = {str(path.relative_to(source)): _stamp(path) for path in _sources(source)}
    manifest = folder / "manifest.json"
    known = json.loads(manifest.read_text()) if manifest.exists() else {}
    if known.get("sources") == state:
        return known["names"]
    names = _write_all(source, folder)
    _write(manifest, json.dumps({"sources": state, "names": names}).encode())
    return names


def _write_all(source: Path, folder: Path) -> dict[str, str]:
    joined = {path for patterns in BUNDLES.values() for pattern in patterns for path in source.glob(pattern)}
    names = {}
    for path in _sources(source):
        if path not in joined:
            name = path.relative_to(source).as_posix()
            names[name] = _publish(folder, name, path.read_bytes())
    for name, patterns in BUNDLES.items():
        paths = [path for pattern in patterns for path in sorted(source.glob(pattern))]
        names[name] = _publish(folder, name, _join(name, paths, names))
    return names


def _join(name: str, paths: list[Path], names: dict[str, str]) -> bytes:
    if name.endswith(".css"):
        return _point_to_hashed(_small_css("\n".join(path.read_text() for path in paths)), names).encode()
    return ";\n".join(path.read_text() if path.parent.name == "vendor" else _own_script(path) for path in paths).encode()


def _own_script(path: Path) -> str:
    return f'(() => {{\n"use strict";\n{_without_comment_lines(path.read_text())}\n}})()'


def _small_css(text: str) -> str:
    parts = re.split(r"""("[^"\n]*"|'[^'\n]*')""", re.sub(r"/\*.*?\*/", "", text, flags=re.S))
    parts[::2] = (re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", part)) for part in parts[::2])
    return "".join(parts).replace(";}", "}").strip()


def _point_to_hashed(css: str, names: dict[str, str]) -> str:
    def replace(match):
        return f"url(../{names.get(match[1], match[1])})"

    return re.sub(r"""url\(["']?\.\./([^"')]+)["']?\)""", replace, css)


def _without_comment_lines(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("//"))


def _publish(folder: Path, name: str, content: bytes) -> str:
    stem, dot, ending = name.rpartition(".")
    hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
    target = folder / hashed
    if not target.exists():
        if target.suffix in COMPRESSED:
            _write(target.with_name(target.name + ".gz"), gzip.compress(content, 9, mtime=0))
            _write(target.with_name(target.name + ".br"), brotli.compress(content))
        _write(target, content)
    return hashed


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


def _sources(source: Path) -> list[Path]:
    return sorted(p for p in source.rglob("*") if p.is_file() and p.suffix not in IGNORED and not p.name.startswith("."))


def _stamp(path: Path) -> str:
    about = path.stat()
    return f"{about.st_mtime_ns}-{about.st_size}"


def _is_hashed(path: str, url: str) -> bool:
    return bool(HASHED.match(url))


def _harden(headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
