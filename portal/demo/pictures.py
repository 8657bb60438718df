"""Small drawn photos for the sample: a room before, after, and a defect."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageDraw

from portal.core.files import Received

SIZE = (640, 480)


@lru_cache(maxsize=8)
def photo(slot: str, tint: int = 0) -> Received:
    """A believable little picture for a slot: before, after, defect."""
    walls = ((226, 221, 210), (214, 222, 224), (230, 222, 214))[tint % 3]
    picture = Image.new("RGB", SIZE, walls)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 340, 640, 480), fill=(176, 132, 92))
    for x in range(-40, 640, 90):
        draw.line((x, 480, x + 60, 340), fill=(150, 108, 72), width=3)
    draw.rounded_rectangle((180, 90, 470, 200), 18, fill=(250, 250, 248), outline=(205, 205, 200), width=3)
    draw.line((200, 175, 450, 175), fill=(190, 190, 186), width=4)
    if slot != "after":
        for x, y in ((230, 230), (300, 260), (380, 240), (340, 300)):
            draw.ellipse((x, y, x + 16, y + 26), fill=(110, 160, 196))
        draw.ellipse((240, 380, 430, 440), fill=(120, 88, 62))
    if slot == "defect":
        draw.line((120, 60, 170, 150, 140, 210, 190, 300), fill=(120, 70, 60), width=6)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return Received(f"{slot}.jpg", "image/jpeg", out.getvalue(), *SIZE)
