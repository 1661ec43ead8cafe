"""Every text of the pages has its Chinese."""

import io
import os
import re
import shutil
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from web.i18n import compile_catalogue

WEB = Path(__file__).resolve().parents[2] / "web"
CHINESE = WEB / "translations" / "zh" / "LC_MESSAGES"
SKIPPED = {"node_modules", "static", "translations", "__pycache__"}
METHODS = [("node_modules/**", "ignore"), ("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
}
Text = tuple[str, str]


def used() -> set[Text]:
    """Context and msgid of every text in templates and code."""
    found = set()
    for package in (
        WEB,
        *(WEB / name for name in sorted(os.listdir(WEB)) if name not in SKIPPED and (WEB / name).is_dir()),
    ):
        only_here = (lambda path, top=package: Path(path) == top) if package == WEB else None
        for _, _, message, _, context in extract_from_dir(
            package, METHODS, keywords=KEYWORDS, directory_filter=only_here
        ):
            found.add((context or "", message[0] if isinstance(message, tuple) else message))
    return found


def catalogue() -> list[Message]:
    found = []
    for po in sorted(CHINESE.glob("*.po")):
        with po.open("rb") as source:
            found += [message for message in read_po(source, locale="zh") if message.id]
    return found


def key(message: Message) -> Text:
    return message.context or "", message.id if isinstance(message.id, str) else message.id[0]


def test_every_text_is_translated() -> None:
    wanted = used()
    assert len(wanted) > 50
    done = {key(message) for message in catalogue() if all([*message.string]) and message.string and not message.fuzzy}
    assert sorted(wanted - done) == []


def test_no_text_is_left_over_and_none_comes_twice() -> None:
    assert sorted({key(message) for message in catalogue()} - used()) == []
    texts = "".join(po.read_text(encoding="utf-8") for po in sorted(CHINESE.glob("*.po")))
    written = re.findall(r'^((?:msgctxt ".+"\n)?msgid ".+")$', texts, flags=re.M)
    assert sorted({one for one in written if written.count(one) > 1}) == []


def test_placeholders_are_kept() -> None:
    for message in catalogue():
        if isinstance(message.id, str):
            names = re.findall(r"%\((\w+)\)", message.id)
            assert sorted(names) == sorted(re.findall(r"%\((\w+)\)", str(message.string))), message.id


def test_a_stale_catalogue_is_compiled_again(tmp_path: Path) -> None:
    folder = tmp_path / "translations"
    shutil.copytree(CHINESE.parents[1], folder, ignore=shutil.ignore_patterns("*.mo"))
    assert compile_catalogue(folder) == folder
    mo = folder / "zh" / "LC_MESSAGES" / "messages.mo"
    assert read_mo(io.BytesIO(mo.read_bytes())).get("Sign in").string == "登录"
    first = mo.stat().st_mtime_ns
    compile_catalogue(folder)
    assert mo.stat().st_mtime_ns == first
    po = mo.with_suffix(".po")
    po.write_text(po.read_text(encoding="utf-8").replace("登录", "登入"), encoding="utf-8")
    os.utime(po, ns=(first + 10**9, first + 10**9))
    compile_catalogue(folder)
    assert read_mo(io.BytesIO(mo.read_bytes())).get("Sign in").string == "登入"


def test_a_folder_that_may_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "translations"
    shutil.copytree(CHINESE.parents[1], folder, ignore=shutil.ignore_patterns("*.mo"))
    monkeypatch.setattr(os, "access", lambda *_: False)
    elsewhere = compile_catalogue(folder)
    assert elsewhere != folder
    assert (elsewhere / "zh" / "LC_MESSAGES" / "messages.mo").is_file()
    assert not (folder / "zh" / "LC_MESSAGES" / "messages.mo").exists()
    shutil.rmtree(elsewhere)
