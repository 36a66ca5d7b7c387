#!/usr/bin/env python3
"""Makes crates/photos/font: the characters that stamped photos are written with.

The font is committed, so this runs only when the choice of characters changes:

    apt-get install fonts-noto-cjk unicode-data
    pip install fonttools==4.68.0
    python3 scripts/stamp-font.py

Chosen are the 8,105 characters of the Table of General Standard Chinese Characters (2013), all of GBK (which identity
papers and older village names draw on), ASCII, Latin-1, and the punctuation and full-width forms that go with them.
"""

import bz2
import hashlib
import pathlib
import re

from fontTools import subset
from fontTools.ttLib import TTFont

NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
UNIHAN = "/usr/share/unicode/Unihan_OtherMappings.txt.bz2"
COPYRIGHT = "/usr/share/doc/fonts-noto-cjk/copyright"
TARGET = pathlib.Path(__file__).parent.parent / "crates/photos/font"


def standard_characters():
    with bz2.open(UNIHAN, "rt", encoding="utf-8") as lines:
        fields = [line.split("\t") for line in lines if not line.startswith("#")]
    return {int(field[0][2:], 16) for field in fields if len(field) == 3 and field[1] == "kTGH"}


def gbk_characters():
    pairs = (bytes([lead, trail]) for lead in range(0x81, 0xFF) for trail in range(0x40, 0xFF))
    texts = (pair.decode("gbk", errors="ignore") for pair in pairs)
    return {ord(text) for text in texts if len(text) == 1}


def wanted_characters():
    standard = standard_characters()
    assert len(standard) == 8105, len(standard)
    latin = {*range(0x20, 0x7F), *range(0xA0, 0x100), 0x20AC, 0x2103, 0x2116}
    punctuation = {*range(0x2010, 0x2040), *range(0x3000, 0x3040), *range(0xFF00, 0xFFF0)}
    return standard, standard | gbk_characters() | latin | punctuation


def simplified_chinese():
    for number in range(10):
        font = TTFont(NOTO, fontNumber=number, lazy=True, recalcTimestamp=False)
        if font["name"].getDebugName(1) == "Noto Sans CJK SC":
            return font
    raise SystemExit(f"{NOTO} holds no Noto Sans CJK SC")


def license_text():
    paragraph = re.search(r"^License: SIL-1\.1\n((?: .*\n)+)", pathlib.Path(COPYRIGHT).read_text(), re.MULTILINE)
    lines = [line[1:] for line in paragraph.group(1).splitlines()]
    return "\n".join("" if line == "." else line for line in lines) + "\n"


def main():
    font = simplified_chinese()
    standard, wanted = wanted_characters()
    lacking = [f"{code:04X}" for code in sorted(standard) if code not in font.getBestCmap()]
    assert not lacking, lacking
    notice = font["name"].getDebugName(0)

    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True  # the box that stands for a character that is not here
    options.name_IDs = [0, 1, 2, 5, 13, 14]
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx", "DSIG"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)

    TARGET.mkdir(exist_ok=True)
    path = TARGET / "stamp.otf"
    font.save(path)
    (TARGET / "OFL.txt").write_text(f"{notice}\n\nThis font is licensed under:\n\n{license_text()}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    print(f"{path.name}: {len(font.getGlyphOrder())} glyphs, {path.stat().st_size} bytes, SHA-256 {digest}")


if __name__ == "__main__":
    main()
