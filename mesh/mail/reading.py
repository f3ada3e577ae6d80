"""The words of a mail: no markup, nothing quoted, no signature. By nh3, inscriptis and mail-parser-reply."""

import re
from typing import Final

import nh3
from inscriptis import get_text
from inscriptis.model.config import ParserConfig
from mailparser_reply import EmailMessage, EmailReply

from mesh.mail.events import Mail

MAX_WORDS: Final = 8_000
"""Characters of a message, as in the chat; the rest of a longer mail is not read."""

LANGUAGES: Final = ("en", "de", "es", "fr")
MOST_HTML: Final = 300_000
MOST_READ: Final = 64_000
LONGEST_HEADER: Final = 300
"""A longer line introduces no quote. The library's patterns take time that grows with the square of a line."""

LONGEST_SIGNATURE: Final = 300
MOST_SIGNED: Final = 8
HELD: Final = "\x01"
UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
GAP: Final = re.compile(r"\n{3,}")
BLANKS: Final = re.compile(r"[^\S\n]+")
UNREAD: Final = {"script", "style", "title", "template", "noscript"}
STYLES: Final = {"display", "white-space"}
"""What a reader does not see may be meant for us: `display: none` must be known as such."""

ANSWERS: Final = re.compile(r"(?:re|aw|antw|sv|tr|fwd?|wg|rv)\s*(?:\[\d+\])?:", re.IGNORECASE)


def words_of(mail: Mail) -> str:
    """What the writer says anew, the subject first where it opens a conversation; never empty, at most MAX_WORDS."""
    said = _said(mail)
    subject = line(mail.subject)
    if subject and not mail.in_reply_to and not ANSWERS.match(subject) and subject.lower() not in said.lower():
        said = f"{subject}\n\n{said}"
    return said.strip()[:MAX_WORDS].strip() or subject or "(an e-mail without words)"


def line(text: str | None, longest: int = 200) -> str:
    """A text on one line, without what cannot be seen."""
    return " ".join(UNPRINTABLE.sub("", text or "").split())[:longest]


def _said(mail: Mail) -> str:
    if mail.extracted_text and mail.extracted_text.strip():
        return _tidy(mail.extracted_text)
    html = mail.extracted_html or mail.html
    text = mail.text if mail.text and mail.text.strip() else in_words(html) if html else mail.preview
    return without_quotes(text or "")


def in_words(html: str) -> str:
    """HTML as text: what a reader would see of it, and nothing that is hidden."""
    clean = nh3.clean(
        html[:MOST_HTML], attributes={"*": {"style"}}, clean_content_tags=UNREAD, filter_style_properties=STYLES
    )
    return get_text(clean, ParserConfig(display_links=False, display_images=False)) if clean.strip() else ""


def without_quotes(text: str) -> str:
    """The newest words of a mail; all of them when nothing else would be left."""
    tidy = _tidy(text)[: 2 * MAX_WORDS]
    held = [one for one in tidy.split("\n") if len(one) > LONGEST_HEADER]
    short = "\n".join(HELD if len(one) > LONGEST_HEADER else one for one in tidy.split("\n"))
    replies = EmailMessage(text=short[:MAX_WORDS], languages=list(LANGUAGES), keep_hyphen_lists=True).read().replies
    newest = _unsigned(replies[0]) if replies else ""
    own = "\n".join(one for one in newest.split("\n") if not one.startswith(">"))
    parts = own.strip().split(HELD)
    given = [*held, *[""] * len(parts)]
    return "".join(part + given[index] * (index < len(parts) - 1) for index, part in enumerate(parts)).strip() or tidy


def _unsigned(reply: EmailReply) -> str:
    """The words without what the library takes for a signature, if it may be one: it takes all behind a `Thanks,`."""
    signed, text = reply.signatures or "", str(reply.full_body)
    is_one = len(signed) <= LONGEST_SIGNATURE and signed.count("\n") < MOST_SIGNED and "?" not in signed
    rest = text.removesuffix(signed).strip() if is_one and HELD not in signed else text
    return rest or text


def _tidy(text: str) -> str:
    text = UNPRINTABLE.sub("", text[:MOST_READ].replace("\r\n", "\n").replace("\r", "\n"))
    return GAP.sub("\n\n", "\n".join(BLANKS.sub(" ", one).strip() for one in text.split("\n"))).strip()
