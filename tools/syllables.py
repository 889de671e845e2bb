"""Writes the syllables of Chinese characters that GB 2312 does not have in the order of their syllables.

They are those of the table of general standard characters of 2013 (Unihan's kTGHZ2013); each has its customary reading
(kMandarin), without its tone.

python tools/syllables.py Unihan_Readings.txt
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

from initiative_lod.languages import RARE, in_order_of_syllables

LICENCE = """\
# Made by tools/syllables.py from Unihan_Readings.txt of the Unicode Character Database {version}, which is
# changed: of two of its fields a part is here, in another order.
#
# COPYRIGHT AND PERMISSION NOTICE
# {copyright} All rights reserved. Distributed under the Terms of Use in https://www.unicode.org/copyright.html.
# Permission is hereby granted, free of charge, to any person obtaining a copy of the Unicode data files and any
# associated documentation (the "Data Files") or Unicode software and any associated documentation (the
# "Software") to deal in the Data Files or Software without restriction, including without limitation the rights
# to use, copy, modify, merge, publish, distribute, and/or sell copies of the Data Files or Software, and to
# permit persons to whom the Data Files or Software are furnished to do so, provided that (a) the above copyright
# notice(s) and this permission notice appear with all copies of the Data Files or Software, (b) both the above
# copyright notice(s) and this permission notice appear in associated documentation, and (c) there is clear notice
# in each modified Data File or in the Software as well as in the documentation associated with the Data File(s)
# or Software that the data or software has been modified.
# THE DATA FILES AND SOFTWARE ARE PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING
# BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT OF
# THIRD PARTY RIGHTS. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR HOLDERS INCLUDED IN THIS NOTICE BE LIABLE FOR ANY
# CLAIM, OR ANY SPECIAL INDIRECT OR CONSEQUENTIAL DAMAGES, OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE,
# DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN
# CONNECTION WITH THE USE OR PERFORMANCE OF THE DATA FILES OR SOFTWARE.
# Except as contained in this notice, the name of a copyright holder shall not be used in advertising or otherwise
# to promote the sale, use or other dealings in these Data Files or Software without prior written authorization
# of the copyright holder.
"""


def toneless(reading: str) -> str:
    """A syllable without its tone; ü is written u, as in ``languages``."""
    return "".join(item for item in unicodedata.normalize("NFD", reading) if not unicodedata.combining(item))


def main(source: str) -> None:
    """Take the readings out of the file at ``source``."""
    text = Path(source).read_text("utf-8")
    readings: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        if line.startswith("U+"):
            code, field, value = line.split("\t")
            readings.setdefault(field, {})[chr(int(code[2:], 16))] = value
    by_syllable: dict[str, list[str]] = {}
    for character in sorted(readings["kTGHZ2013"]):
        if not in_order_of_syllables(character):
            by_syllable.setdefault(toneless(readings["kMandarin"][character].split()[0]), []).append(character)
    lines = [f"{syllable} {''.join(characters)}\n" for syllable, characters in sorted(by_syllable.items())]
    comments = [line[1:].strip() for line in text.splitlines() if line.startswith("#")]
    version = next(line.rpartition(" ")[2] for line in comments if line.startswith("Unicode version"))
    copyright = next(line for line in comments if line.startswith("©"))
    RARE.write_text(LICENCE.format(version=version, copyright=copyright) + "".join(lines), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
