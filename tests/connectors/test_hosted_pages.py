"""The sandbox's own pages: what is typed, what is said about it, and what is never kept."""

from __future__ import annotations

import http.client
import re
import urllib.parse
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from portico.connectors.gateways.sandbox import cards
from portico.connectors.gateways.sandbox.pages import policy
from portico.connectors.gateways.sandbox.server import main, reasons_not_to_start
from portico.connectors.gateways.sandbox.words import LANGUAGES, WORDS
from tests.connectors.test_gateway_contract import SHOWN, Till

GOOD = {
    "kind": "card",
    "number": "4242 4242 4242 4242",
    "expiry": "08 / 28",
    "code": "123",
    "name": "Rosa M Delgado",
    "postal_code": "94112",
}


class Browser:
    """Asks without following, and remembers nothing."""

    def __init__(self, sandbox) -> None:
        self.at = urlsplit(sandbox.url).netloc

    def ask(self, method: str, url: str, form: dict | None = None, **headers: str):
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(self.at, timeout=5)
        body = urllib.parse.urlencode(form) if form is not None else None
        if form is not None:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection.request(
            method, parts.path + (f"?{parts.query}" if parts.query else ""), body, headers
        )
        answer = connection.getresponse()
        answer.text = answer.read().decode(errors="replace")
        connection.close()
        return answer


@pytest.fixture
def till(gateway, sandbox) -> Till:
    return Till(gateway, sandbox)


@pytest.fixture
def browser(sandbox) -> Browser:
    return Browser(sandbox)


def errors_in(html: str) -> list[str]:
    summary = re.search(r'<div class="errors".*?</div>', html, re.DOTALL)
    return re.findall(r'<a href="#\w+">(.*?)</a>', summary[0]) if summary else []


def test_the_page_says_what_is_paid_and_that_it_is_a_test(till, browser):
    html = browser.ask("GET", till.page().url).text
    for text in (
        "$142.60",
        "Rosa Delgado",
        "Bill HS-20418",
        "Harbor Street Clinic",
        "TEST",
        "rosa@example.org",
    ):
        assert text in html
    for card in cards.CARDS:
        assert card.grouped in html
    assert 'name="save"' in html and 'name="save" checked' not in html
    assert "<script" not in html
    assert 'style="' not in html


def test_good_details_lead_back_and_nothing_is_charged(till, browser, sandbox):
    page = till.page()
    answer = browser.ask("POST", page.url, GOOD)
    assert (answer.status, answer.headers["Location"]) == (
        303,
        "http://127.0.0.1:8000/pay/1/return",
    )
    assert (
        till.gateway.read_details(session=page.session, account="").method.holder
        == "Rosa M Delgado"
    )
    assert sandbox.charges() == []


def test_the_cancel_link_leads_back(till, browser):
    assert 'href="http://127.0.0.1:8000/pay/1/cancel"' in browser.ask("GET", till.page().url).text


@pytest.mark.parametrize(
    "number",
    ["4242424242424242", "4242-4242-4242-4242", " 4242 4242 42424242 ", "٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢"],
)
def test_numbers_are_read_as_people_write_them(till, browser, number):
    assert browser.ask("POST", till.page().url, GOOD | {"number": number}).status == 303


@pytest.mark.parametrize(
    "expiry", ["08/28", "08 / 28", "8/28", "0828", "08/2028", "8-28".replace("-", "/"), "03/26"]
)
def test_dates_are_read_as_people_write_them(till, browser, expiry):
    assert browser.ask("POST", till.page().url, GOOD | {"expiry": expiry}).status == 303


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("number", "", "Enter the card number"),
        ("number", "4000 0566 5566 55", "The card number is too short. It should have 16 digits"),
        ("number", "3782 822463 1000", "The card number is too short. It should have 15 digits"),
        ("number", "42424242424242424242", "The card number is too long. It should have 16 digits"),
        ("number", "4242 4242 4242 4241", "Check the card number. One digit looks wrong"),
        ("number", "my card", "Check the card number. One digit looks wrong"),
        (
            "number",
            "3056 930902 5904",
            "We don’t take Diners. Use Visa, Mastercard, Amex or Discover",
        ),
        (
            "number",
            "4111 1111 1111 1111",
            "This is a test page and takes only the test numbers below. What you typed was not kept",
        ),
        ("expiry", "", "Enter the expiry date"),
        ("expiry", "13/28", "Enter the expiry date as month and year, like 08 / 28"),
        ("expiry", "02/26", "This card has expired. Use another card"),
        ("code", "", "Enter the security code"),
        ("code", "12", "Enter the security code"),
        ("name", "", "Enter the name as it is on the card"),
        ("name", "4242 4242 4242 4242", "Enter the name as it is on the card"),
        ("postal_code", "", "Enter your ZIP code, like 94112"),
        ("email", "rosa@", "Enter an email address like name@example.org"),
    ],
)
def test_what_is_wrong_is_said_in_words_and_the_rest_is_kept(till, browser, field, typed, said):
    page = till.page()
    answer = browser.ask("POST", page.url, GOOD | {field: typed})
    assert answer.status == 422
    assert errors_in(answer.text) == [said]
    assert answer.text.count(said) == 2  # in the summary and at the field
    assert "<title>Error: " in answer.text
    if field != "name":
        assert 'value="Rosa M Delgado"' in answer.text
    assert 'value="123"' not in answer.text  # never the code
    assert not till.gateway.read_details(session=page.session, account="").complete


def test_several_things_wrong_stand_in_the_order_of_the_fields(till, browser):
    said = errors_in(browser.ask("POST", till.page().url, {"kind": "card"}).text)
    assert said[0] == "Enter the card number"
    assert said[-1] == "Enter your ZIP code, like 94112"
    assert len(said) == 5


@pytest.mark.parametrize("number", ["4111111111111111", "5105105105105100", "4242424242424242"])
def test_no_number_is_ever_kept(till, browser, sandbox, number):
    page = till.page()
    answer = browser.ask("POST", page.url, GOOD | {"number": number, "code": "987"})
    if number != "4242424242424242":
        assert number not in answer.text
    sandbox.store.rows("pragma wal_checkpoint(truncate)")
    kept = b"".join(p.read_bytes() for p in Path(sandbox._path).parent.iterdir())
    assert number.encode() not in kept
    assert b"987" not in kept.replace(page.session.encode(), b"") or b'"code"' not in kept


def test_a_page_is_used_once(till, browser):
    page = till.page()
    browser.ask("POST", page.url, GOOD)
    again = browser.ask("POST", page.url, GOOD)
    assert again.status == 410
    assert "Nothing was charged here" in again.text
    assert browser.ask("GET", "/pay/cs_test_nobody").status == 404


def test_outside_the_united_states_no_zip_code_is_asked_for(till, browser):
    from dataclasses import replace

    from portico.platform.kernel.money import Money

    page = till.page(shown=replace(SHOWN, amount=Money(14260, "EUR")))
    assert 'name="postal_code"' not in browser.ask("GET", page.url).text
    assert (
        browser.ask("POST", page.url, {k: v for k, v in GOOD.items() if k != "postal_code"}).status
        == 303
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_complete(till, browser, language):
    page = till.page(language=language)
    html = browser.ask("GET", page.url).text
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
    place = LANGUAGES.index(language)
    assert WORDS["title"][place] in html
    assert all(lines[place].strip() for lines in WORDS.values())


def test_no_translation_was_forgotten():
    same = {key for key, lines in WORDS.items() if len(set(lines)) == 1}
    assert same == set()
    for key, lines in WORDS.items():
        holes = [set(re.findall(r"{\w+}", line)) for line in lines]
        assert all(hole == holes[0] for hole in holes), key


def test_what_a_stranger_wrote_stands_there_as_text(till, browser):
    html = browser.ask("POST", till.page().url, GOOD | {"name": '"><b>x', "code": ""}).text
    assert "<b>x" not in html


def test_forms_lead_only_here_and_back(till, browser):
    answer = browser.ask("GET", till.page().url)
    assert "form-action 'self' http://127.0.0.1:8000" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "'unsafe" not in policy("https://portal.example/x")


def test_the_bank_check_is_answered_in_a_page(till, browser):
    asked = till.confirm(till.open("4000 0000 0000 3220").intent)
    page = browser.ask("GET", asked.action_url)
    assert "Your bank is checking it’s you" in page.text and "$142.60" in page.text
    left = browser.ask("POST", asked.action_url, {"answer": "leave"})
    assert left.status == 303
    assert till.look_up(asked.intent).outcome == "action_required"
    back = browser.ask("POST", asked.action_url, {"answer": "pass"})
    assert back.headers["Location"].startswith("http://127.0.0.1:8000/pay/1/return?payment_intent=")
    assert till.look_up(asked.intent).outcome == "succeeded"
    assert browser.ask("GET", asked.action_url).status == 410


def test_the_control_listens_to_no_web_page(browser):
    assert browser.ask("POST", "/_control", {"do": "status"}).status == 403
    json_type = {"Content-Type": "application/json"}
    assert (
        browser.ask("POST", "/_control", {}, Origin="http://evil.example", **json_type).status
        == 403
    )


def test_no_file_outside_is_served(browser):
    for path in (
        "/assets/../doors.py",
        "/assets/..%2fdoors.py",
        "/assets//etc/passwd",
        "/assets/ui/../../apps.py",
    ):
        assert browser.ask("GET", path).status == 404
    assert browser.ask("GET", "/assets/sandbox.css").status == 200


def test_a_huge_form_is_refused(till, browser):
    assert browser.ask("POST", till.page().url, {"name": "x" * 70000}).status == 413


@pytest.mark.parametrize(
    ("environment", "starts"),
    [
        ({"PORTICO_DEMO": "1"}, True),
        ({"PORTICO_TESTING": "yes", "PORTICO_STRIPE_SECRET_KEY": "sk_test_1"}, True),
        ({}, False),
        ({"PORTICO_DEMO": "0"}, False),
        ({"PORTICO_DEMO": "1", "PORTICO_STRIPE_SECRET_KEY": "sk_live_1"}, False),
        ({"PORTICO_DEMO": "1", "PORTICO_STRIPE_SECRET_KEY": "rk_live_1"}, False),
    ],
)
def test_it_never_starts_beside_a_live_key(environment, starts):
    assert (reasons_not_to_start(environment) == []) == starts


def test_a_refused_start_says_why(monkeypatch, capsys):
    monkeypatch.setenv("PORTICO_STRIPE_SECRET_KEY", "sk_live_1")
    assert main(["--port", "0"]) == 1
    assert "live key" in capsys.readouterr().err
