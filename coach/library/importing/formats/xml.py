"""Parse XML that nobody vouches for.

defusedxml refuses entities (the bombs) and whatever an external one would fetch.
"""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from coach.errors import ImportRefusedError

__all__ = ["parse_xml"]


def parse_xml(data: bytes, name: str) -> Element:
    """Return the root of an XML document.

    Raises:
        ImportRefusedError: It is cut off or not well-formed, or defines entities.
    """
    try:
        root: Element = fromstring(data)
    except DefusedXmlException:
        raise ImportRefusedError(name, None, "defines XML entities, which no post needs") from None
    except ParseError as error:
        line = error.position[0]
        cut_off = line >= data.count(b"\n") or "no element" in str(error)
        reason = "is cut off" if cut_off else "is no well-formed XML"
        raise ImportRefusedError(name, line, f"{reason}; export or download it again") from None
    except (ValueError, LookupError):
        raise ImportRefusedError(name, None, "is in an encoding that XML cannot have") from None
    return root
