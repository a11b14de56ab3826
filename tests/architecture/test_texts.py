"""Everything that a page says is in three languages."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SAID = re.compile(r"""(?:\{% translate |(?<![\w.])_\(|gettext_lazy\(|_lazy\()(?:"([^"]+)"|'([^']+)')""")


def test_every_text_of_the_pages_is_in_finnish_and_swedish():
    """What a template or page says in English has a translation, and no translation is left over."""
    from babel.messages.pofile import read_po

    said = set()
    for path in [*(ROOT / "toimiva").rglob("*.html"), *(ROOT / "toimiva").rglob("*.py")]:
        text = path.read_text()
        said |= {m[1] or m[2] for m in SAID.finditer(text)}
        for m in re.finditer(r"\{% blocktranslate[^%]*%\}(.*?)\{% endblocktranslate %\}", text, re.S):
            said.add(re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", m[1].replace("%", "%%")))
    for language in ("fi", "sv"):
        with (ROOT / f"toimiva/core/ui/locale/{language}/LC_MESSAGES/django.po").open("rb") as file:
            known = {str(message.id) for message in read_po(file) if message.id and message.string}
        assert said - known == set(), language
        assert known - said == set(), language
