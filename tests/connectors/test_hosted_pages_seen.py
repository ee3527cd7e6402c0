"""The hosted pages in a real browser: nothing runs over, nothing that axe finds, with scripts and without."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from portico.connectors.gateways.sandbox import doors
from portico.connectors.gateways.sandbox.running import Sandbox
from portico.connectors.gateways.setting_up import sandbox_gateway
from tests.connectors.test_gateway_contract import Till

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="LEFT OUT: no browser driver")
    with sync_api.sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        except sync_api.Error:
            pytest.skip("LEFT OUT: there is no Chromium for the hosted pages")
        yield browser
        browser.close()


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (390, "dark"), (1280, "light")])
def test_the_pages_stand(chromium, language, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    if not (doors._PORTAL / "ui" / "portal.css").is_file():
        pytest.skip("LEFT OUT: the portal's stylesheet is not there yet")
    with Sandbox() as sandbox:
        till = Till(sandbox_gateway(sandbox.url), sandbox)
        asked = till.confirm(till.open("4000000000003220").intent)
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        page = context.new_page()
        for address in (till.page(language=language).url, f"{asked.action_url}?lang={language}"):
            page.goto(address)
            for _ in range(2):  # as it comes, and with its errors
                found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
                assert [v["id"] for v in found] == []
                over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                assert page.evaluate(over) <= 0
                if page.locator("#number").count():
                    page.locator("form button").click()
        context.close()


def test_paying_details_need_no_script(chromium):
    with Sandbox() as sandbox:
        till = Till(sandbox_gateway(sandbox.url), sandbox)
        opened = till.page(return_url=f"{sandbox.url}/health")
        page = chromium.new_context(java_script_enabled=False).new_page()
        page.goto(opened.url)
        for field, text in (
            ("number", "4242 4242 4242 4242"),
            ("expiry", "08 / 34"),
            ("code", "123"),
            ("name", "Rosa Delgado"),
            ("postal_code", "94112"),
        ):
            page.fill(f"#{field}", text)
        page.check("#save")
        page.click("form button")
        assert page.url == f"{sandbox.url}/health"
        assert till.gateway.read_details(session=opened.session, account="").keep
