"""The page shows mail as text, whatever is in it."""

from html.parser import HTMLParser

from agentmail.inboxes import CreateInboxRequest

from tests.mock_services.agentmail.bureau import ANA, INBOX, Bureau

EVIL = "</pre><script>alert('x')</script><img src=x onerror=alert(1)>"


class Tags(HTMLParser):
    """What a browser would make elements of."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.inline += [name for name, _ in attrs if name.startswith("on") or name == "style"]


def tags(body: str) -> Tags:
    reader = Tags()
    reader.feed(body)
    return reader


async def test_nothing_of_a_mail_is_markup(bureau: Bureau) -> None:
    mail = {"from": f'"{EVIL}" <{ANA}>', "subject": EVIL, "text": EVIL, "html": EVIL, "cc": EVIL}
    written = await bureau.written(**mail, attachments=[{"filename": EVIL, "content": ""}])
    page = await bureau.api.get("/", params={"thread": written["thread_id"]})
    seen = tags(page.text)
    assert (seen.found.count("script"), seen.found.count("img"), seen.inline) == (1, 1, [])
    assert page.text.count("&lt;script&gt;alert(") >= 5


async def test_the_page_allows_no_inline_script_and_no_other_place(bureau: Bureau) -> None:
    page = await bureau.api.get("/")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    for asset in ("mail.css", "mail.js", "mail.svg"):
        assert f"/static/{asset}" in page.text
        assert (await bureau.api.get(f"/static/{asset}")).status_code == 200


async def test_html_without_text_is_shown_as_its_source(bureau: Bureau) -> None:
    written = await bureau.written(text=None, html="<b>Where?</b>")
    page = await bureau.api.get("/", params={"thread": written["thread_id"]})
    assert "No text part" in page.text
    assert "&lt;b&gt;Where?&lt;/b&gt;" in page.text


async def test_each_inbox_has_its_own_threads(bureau: Bureau) -> None:
    sales = "sales@shop.example.com"
    await bureau.mail.inboxes.create(request=CreateInboxRequest(username="sales", domain="shop.example.com"))
    await bureau.written(subject="For support")
    await bureau.written(to=sales, subject="For sales")
    page = (await bureau.api.get("/", params={"inbox": sales})).text
    assert ("For sales" in page, "For support" in page) == (True, False)
    assert ("For support" in (await bureau.api.get("/")).text, f"inbox={INBOX}".replace("@", "%40") in page) == (
        True,
        True,
    )


async def test_a_thread_that_is_gone_is_not_found(bureau: Bureau) -> None:
    page = await bureau.api.get("/", params={"thread": "thd_none"})
    assert (page.status_code, "No such thread" in page.text) == (404, True)


async def test_an_empty_inbox_says_how_to_write(bureau: Bureau) -> None:
    assert "mesh email send" in (await bureau.api.get("/")).text
