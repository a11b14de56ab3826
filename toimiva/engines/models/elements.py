"""DMN XML as plain elements that know their line; entities and external references are refused."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax import SAXException, handler
from xml.sax.xmlreader import AttributesNSImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

__all__ = ["Element", "XmlFault", "parse_xml"]

_DMN_NAMESPACES = ("https://www.omg.org/spec/DMN/", "http://www.omg.org/spec/DMN/")


class XmlFault(ValueError):
    """Not well-formed, or not safe; `line` tells where."""

    def __init__(self, message: str, line: int) -> None:
        self.line = line
        super().__init__(message)


@dataclass(slots=True)
class Element:
    """An element of the DMN namespace: local name, attributes without namespace, children, text and line."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def get(self, name: str, default: str = "") -> str:
        """An attribute, or the default."""
        return self.attributes.get(name, default)

    def all(self, tag: str) -> list[Element]:
        """The children of this name."""
        return [child for child in self.children if child.tag == tag]

    def one(self, tag: str) -> Element | None:
        """The first child of this name."""
        return next(iter(self.all(tag)), None)

    def text_of(self, tag: str) -> str:
        """The stripped text of the first child of this name; empty where there is none."""
        child = self.one(tag)
        return child.text.strip() if child else ""

    def below(self) -> Iterator[Element]:
        """This element and all under it."""
        yield self
        for child in self.children:
            yield from child.below()


class _Builder(handler.ContentHandler):
    """Keeps what is in DMN's own namespace; drawings and tools' extensions are passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.root: Element | None = None
        self.namespace = ""
        self._open: list[Element | None] = []
        self._locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 - SAX's name
        self._locator = locator

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: N802 - SAX's name
        line = (self._locator.getLineNumber() if self._locator else 0) or 0
        if self.root is None:
            self.namespace = name[0] or ""
        inside = not self._open or self._open[-1] is not None
        if name[0] != self.namespace or not inside:
            self._open.append(None)
            return
        element = Element(name[1], {key[1]: value for key, value in attrs.items()}, line)
        if self.root is None:
            self.root = element
        else:
            parent = self._open[-1]
            assert parent is not None  # noqa: S101 - `inside` has shown it
            parent.children.append(element)
        self._open.append(element)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: N802 - SAX's name
        self._open.pop()

    def characters(self, content: str) -> None:
        if self._open and self._open[-1] is not None:
            self._open[-1].text += content


def parse_xml(source: bytes) -> Element:
    """The root element of a DMN file. Raises `XmlFault` when it is not well-formed, not safe or not DMN."""
    builder = _Builder()
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setFeature(handler.feature_namespaces, True)
    parser.setContentHandler(builder)
    try:
        parser.parse(io.BytesIO(source))
    except DefusedXmlException as error:
        raise XmlFault(f"The file declares entities or a DTD, which is refused: {error}.", 1) from error
    except SAXException as error:
        line = getattr(error, "getLineNumber", lambda: 1)() or 1
        raise XmlFault(f"The XML is not well-formed: {error.getMessage()}.", line) from error
    except (LookupError, ValueError) as error:
        raise XmlFault(f"The encoding that the XML declares cannot be read: {error}.", 1) from error
    if builder.root is None or not builder.namespace.startswith(_DMN_NAMESPACES):
        raise XmlFault("The root element is not <definitions> in a DMN namespace (versions 1.2 to 1.5).", 1)
    return builder.root
