"""The steps of `apply`: a text in, a text out."""

from __future__ import annotations

import html
import importlib
import importlib.util
import re
import sys
import unicodedata
from functools import partial
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from etl.transform.outcomes import Fail

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from etl.mapping import Step

    Apply = Callable[[str], "str | Fail"]

_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_NOT_DIGIT = re.compile(r"[^0-9]")
_BLANKS = re.compile(r"\s+")
_REPLACE_ARGUMENTS = 2
_LETTERS = str.maketrans(  # that NFKD does not take apart
    dict(
        zip(
            ("æ", "œ", "ø", "ł", "đ", "ð", "þ", "ħ", "\N{LATIN SMALL LETTER DOTLESS I}"),
            ("ae", "oe", "o", "l", "d", "d", "th", "h", "i"),
            strict=True,
        )
    )
)


def slug(text: str) -> str:
    """A key out of a name. Keys depend on it, so it never changes."""
    text = text.replace("ß", "ss").replace("ẞ", "ss")
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")
    return _NOT_SLUG.sub("-", text.lower().translate(_LETTERS)).strip("-")


def squeeze(text: str) -> str:
    """Runs of blanks become one blank."""
    return _BLANKS.sub(" ", text)


class _Text(HTMLParser):
    """Collects what a reader of the page sees."""

    _BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens."""
        del attrs
        if tag in {"script", "style"}:
            self._hidden += 1
        elif tag in self._BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """A tag closes."""
        if tag in {"script", "style"}:
            self._hidden = max(0, self._hidden - 1)
        elif tag in self._BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if not self._hidden:
            self.parts.append(data)


def html_to_text(text: str) -> str:
    """The text of an HTML fragment; lines where blocks end."""
    if "<" not in text:
        return html.unescape(text)
    reader = _Text()
    reader.feed(text)
    reader.close()
    lines = (squeeze(line).strip() for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)


_PLAIN: dict[str, Callable[[str], str]] = {
    "strip": str.strip,
    "squeeze": squeeze,
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "slug": slug,
    "digits": partial(_NOT_DIGIT.sub, ""),
    "html_to_text": html_to_text,
    "nfc": partial(unicodedata.normalize, "NFC"),
}


def step_function(step: Step, folder: Path) -> Apply:
    """The step as a function. Raises ValueError with what is wrong with its argument."""
    if step.name in _PLAIN:
        return _PLAIN[step.name]
    makers: dict[str, Callable[[Any, Path], Apply]] = {
        "replace": _replace,
        "regex": _regex,
        "truncate": _truncate,
        "prefix": lambda given, _: lambda text: f"{given}{text}",
        "suffix": lambda given, _: lambda text: f"{text}{given}",
        "python": _python,
    }
    return makers[step.name](step.argument, folder)


def _replace(given: Any, _: Path) -> Apply:  # noqa: ANN401 - YAML
    if not isinstance(given, list) or len(given) != _REPLACE_ARGUMENTS:
        raise ValueError("replace takes two texts: {replace: [from, to]}")
    old, new = ("" if text is None else str(text) for text in given)
    if not old:
        raise ValueError("replace needs a text to look for")
    return lambda text: text.replace(old, new)


def _regex(given: Any, _: Path) -> Apply:  # noqa: ANN401 - YAML
    try:
        pattern = re.compile(str(given))
    except re.error as error:
        raise ValueError(f"{given!r} is no regular expression: {error}") from error

    def find(text: str) -> str | Fail:
        found = pattern.search(text)
        if not found:
            return Fail("REGEX_NO_MATCH", f"{text!r} does not match {pattern.pattern!r}", text)
        return next((group for group in found.groups() if group is not None), found[0])

    return find


def _truncate(given: Any, _: Path) -> Apply:  # noqa: ANN401 - YAML
    if not isinstance(given, int) or isinstance(given, bool) or given < 1:
        raise ValueError("truncate takes a number of characters")
    return lambda text: text[:given]


def _python(given: Any, folder: Path) -> Apply:  # noqa: ANN401 - YAML
    name, _, attribute = str(given).partition(":")
    function = getattr(hook_module(name, folder), attribute, None) if attribute else None
    if not callable(function):
        told = f"{given!r} is no function of a module, such as prices:round_up"
        raise ValueError(told)  # noqa: TRY004 - told as the other arguments are

    def call(text: str) -> str | Fail:
        try:
            made = function(text)
        except Exception as error:  # noqa: BLE001 - a user's own code: the row is rejected
            return Fail("HOOK", f"{given} failed: {type(error).__name__}: {error}", text)
        return made if isinstance(made, str) else "" if made is None else str(made)

    return call


def hook_module(name: str, folder: Path) -> ModuleType:
    """A module from the mapping's folder, else an installed one. Raises ValueError."""
    path = folder / f"{name}.py"
    try:
        if name.isidentifier() and path.is_file():
            return _from_file(name, path)
        return importlib.import_module(name)
    except Exception as error:
        told = f"module {name!r} cannot be imported: {type(error).__name__}: {error}"
        raise ValueError(told) from error


def _from_file(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"etl_hook_{name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
