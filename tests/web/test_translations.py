"""Every text of the pages has its Chinese."""

import io
import os
import re
import shutil
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from web.i18n import compile_catalogue

WEB = Path(__file__).resolve().parents[2] / "web"
PO = WEB / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
METHODS = [("node_modules/**", "ignore"), ("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


def used() -> set[str]:
    """Every msgid in templates and code."""
    found = set()
    for package in sorted(
        p for p in WEB.iterdir() if p.is_dir() and p.name not in ("node_modules", "static", "translations")
    ):
        for _, _, message, _, _ in extract_from_dir(package, METHODS, keywords=KEYWORDS):
            found.add(message[0] if isinstance(message, tuple) else message)
    for _, _, message, _, _ in extract_from_dir(
        WEB, METHODS, keywords=KEYWORDS, directory_filter=lambda path: Path(path) == WEB
    ):
        found.add(message[0] if isinstance(message, tuple) else message)
    return found


def test_every_text_is_translated() -> None:
    with PO.open("rb") as source:
        catalogue = read_po(source, locale="zh")
    wanted = used()
    assert len(wanted) > 50
    missing = sorted(one for one in wanted if catalogue.get(one) is None or not catalogue.get(one).string)
    assert missing == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_no_text_is_left_over_and_none_comes_twice() -> None:
    with PO.open("rb") as source:
        ids = {
            message.id if isinstance(message.id, str) else message.id[0] for message in read_po(source) if message.id
        }
    assert sorted(ids - used()) == []
    written = re.findall(r'^msgid "(.+)"$', PO.read_text(encoding="utf-8"), flags=re.M)
    assert sorted({one for one in written if written.count(one) > 1}) == []


def test_placeholders_are_kept() -> None:
    with PO.open("rb") as source:
        for message in read_po(source, locale="zh"):
            if isinstance(message.id, str) and message.id:
                names = re.findall(r"%\((\w+)\)", message.id)
                assert sorted(names) == sorted(re.findall(r"%\((\w+)\)", str(message.string))), message.id


def test_a_stale_catalogue_is_compiled_again(tmp_path: Path) -> None:
    folder = tmp_path / "translations"
    shutil.copytree(PO.parents[2], folder, ignore=shutil.ignore_patterns("*.mo"))
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
    shutil.copytree(PO.parents[2], folder, ignore=shutil.ignore_patterns("*.mo"))
    monkeypatch.setattr(os, "access", lambda *_: False)
    elsewhere = compile_catalogue(folder)
    assert elsewhere != folder
    assert (elsewhere / "zh" / "LC_MESSAGES" / "messages.mo").is_file()
    assert not (folder / "zh" / "LC_MESSAGES" / "messages.mo").exists()
    shutil.rmtree(elsewhere)
