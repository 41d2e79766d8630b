"""Where the typefaces come from."""

import logging
from concurrent.futures import ThreadPoolExecutor

from app.reports.fonts import font_set


def test_noto_fonts_are_embeddable_after_set_up():
    fonts = font_set()
    assert fonts.embedded
    assert len({fonts.serif, fonts.serif_bold, fonts.sans, fonts.sans_bold}) == 4


def test_fonts_are_registered_once_whatever_thread_asks():
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: font_set(), range(8)))
    assert all(one is found[0] for one in found)


def test_missing_fonts_fall_back_and_say_so(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        fonts = font_set(tmp_path)
    assert fonts.serif == "STSong-Light"
    assert not fonts.embedded
    assert "tools/assets.py" in caplog.text


def test_a_broken_font_file_falls_back(tmp_path):
    file = tmp_path / "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"not a font")
    assert not font_set(tmp_path).embedded
