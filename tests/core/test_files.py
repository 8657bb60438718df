"""Files as they come to lie on the disk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from portal.core import files


def test_several_readers_may_make_the_same_small_picture_at_once(tmp_path):
    picture = tmp_path / "ab" / "picture"
    with ThreadPoolExecutor(8) as readers:
        list(readers.map(lambda number: files._write(picture, bytes([number]) * 2000), range(120)))
    assert len(set(picture.read_bytes())) == 1 and len(picture.read_bytes()) == 2000
    assert list(picture.parent.iterdir()) == [picture]
