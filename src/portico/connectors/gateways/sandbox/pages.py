"""The hosted pages: details and bank check. Plain forms that work without scripts; TEST stands on each."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import urlsplit

from portico.connectors.gateways.sandbox import cards
from portico.connectors.gateways.sandbox.details import Problem, Typed
from portico.connectors.gateways.sandbox.store import Object
from portico.connectors.gateways.sandbox.words import LANGUAGES, NAMES, word

_LOCK = (
    '<svg viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2">'
    '<rect x="3.5" y="9" width="13" height="9" rx="2"/><path d="M6.5 9V6a3.5 3.5 0 0 1 7 0v3"/></svg>'
)
_ARCH = (
    '<svg viewBox="0 0 40 40" aria-hidden="true">'
    '<path d="M5 38V18a15 15 0 0 1 30 0v20h-8V18.5a7 7 0 0 0-14 0V38z" fill="currentColor"/>'
    '<path d="M16.5 38V19a3.5 3.5 0 0 1 7 0v19z" fill="#ffc53d"/></svg>'
)
_BACK = (
    '<svg viewBox="0 0 14 14" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.5">'
    '<path d="M9 2 4 7l5 5"/></svg>'
)
_WARNING = (
    '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 1.5 19 18H1z" fill="currentColor"/>'
    '<path d="M10 7v5M10 14.5v.5" stroke="#fff" stroke-width="2" stroke-linecap="round"/></svg>'
)
_ATTRIBUTES = {
    "number": ("w-16", 'inputmode="numeric" autocomplete="cc-number" maxlength="26" dir="ltr"'),
    "expiry": ("w-5", 'inputmode="numeric" autocomplete="cc-exp" maxlength="9" dir="ltr"'),
    "code": ("w-4", 'inputmode="numeric" autocomplete="cc-csc" maxlength="4" dir="ltr"'),
    "name": ("", 'autocomplete="cc-name" spellcheck="false" maxlength="120"'),
    "postal_code": (
        "w-5",
        'inputmode="numeric" autocomplete="billing postal-code" maxlength="12" dir="ltr"',
    ),
    "email": ("", 'type="email" autocomplete="email" spellcheck="false" maxlength="200" dir="ltr"'),
    "holder": ("", 'autocomplete="name" spellcheck="false" maxlength="120"'),
    "routing": ("w-10", 'inputmode="numeric" autocomplete="off" maxlength="12" dir="ltr"'),
    "account": ("w-10", 'inputmode="numeric" autocomplete="off" maxlength="20" dir="ltr"'),
}
_HINTS = {
    "expiry": "expiry_hint",
    "code": "code_hint",
    "postal_code": "postal_hint",
    "routing": "routing_hint",
}


def policy(*addresses: str | None) -> str:
    """The Content-Security-Policy: own style and nothing else; forms go here and lead back where they came from."""
    origins = {
        f"{p.scheme}://{p.netloc}" for p in map(urlsplit, filter(None, addresses)) if p.netloc
    }
    targets = " ".join(["'self'", *sorted(origins)])
    return (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action {targets}"
    )


def details_page(session: Object, typed: Typed, problems: list[Problem], language: str) -> str:
    """The form for card or bank account, with what is being paid beside it."""
    form = _Form(typed, problems, language)
    kinds = session["payment_method_types"]
    picks = form.card_pick(is_us=session["currency"] == "usd", alone=len(kinds) == 1)
    if "us_bank_account" in kinds:
        picks += form.bank_pick()
    main = (
        f'<a class="back" href="{escape(session["cancel_url"])}">{_BACK}{_w("cancel", language)}</a>'
        f'<div class="cols cols--pay"><div class="stack stack-5">{form.summary()}'
        f'<div class="steps"><p>{_w("step", language)}</p><ol aria-hidden="true"><li class="on"></li>'
        '<li class="on"></li><li></li><li></li></ol></div>'
        f"<h1>{_w('title', language)}</h1>{_amount_on_narrow(session['metadata'], language)}"
        f'<form method="post" action="/pay/{session["id"]}?lang={language}" class="stack stack-5" novalidate>'
        f'<fieldset><legend class="vh">{_w("method", language)}</legend><div class="picks">{picks}</div></fieldset>'
        f"{form.field('email')}"
        f'<div class="stack stack-2"><button class="btn btn--big btn--grow">{_w("continue", language)}</button>'
        f'<p class="muted">{_w("continue_hint", language)}</p></div></form>'
        f"{_numbers(language)}"
        f'<p class="lock muted">{_LOCK}<span>{_w("handled", language)}</span></p></div>'
        f"{_slip(session['metadata'], language)}</div>"
    )
    return _page(word("title", language), main, language, session, wrong=bool(problems))


def bank_check_page(intent: Object, shown: Object, language: str) -> str:
    """The bank's page, where one says yes, fails, or leaves."""
    buttons = "".join(
        f'<button class="btn btn--grow{look}" name="answer" value="{answer}">{_w(f"check_{answer}", language)}</button>'
        for answer, look in (
            ("pass", " btn--big"),
            ("fail", " btn--quiet"),
            ("leave", " btn--quiet"),
        )
    )
    main = (
        f'<div class="stack stack-5"><h1>{_w("check_title", language)}</h1><p>{_w("check_lead", language)}</p>'
        f"{_slip(shown, language)}"
        f'<form method="post" action="/bank-check/{intent["id"]}?lang={language}" class="stack stack-4">{buttons}</form></div>'
    )
    return _page(word("check_title", language), f'<div class="narrow">{main}</div>', language, {})


def over_page(back: str, language: str) -> str:
    """For a page that was used or expired."""
    link = (
        f'<p><a class="btn" href="{escape(back)}">{_w("go_on", language)}</a></p>' if back else ""
    )
    main = f'<div class="narrow stack stack-4"><h1>{_w("over_title", language)}</h1><p>{_w("over_text", language)}</p>{link}</div>'
    return _page(word("over_title", language), main, language, {})


class _Form:
    """One rendering of the form."""

    def __init__(self, typed: Typed, problems: list[Problem], language: str) -> None:
        self.typed, self.language = typed, language
        self.problems = {problem.field: problem for problem in problems}
        self.order = problems

    def said(self, problem: Problem) -> str:
        values = {"count": problem.count} if problem.count else {}
        return escape(word(problem.word, self.language, **values))

    def summary(self) -> str:
        if not self.order:
            return ""
        count = len(self.order)
        key = "check_one" if count == 1 else "check_many"
        title = escape(word(key, self.language, count=count))
        rows = "".join(f'<li><a href="#{p.field}">{self.said(p)}</a></li>' for p in self.order)
        return f'<div class="errors" role="alert" tabindex="-1" id="errors"><h2>{title}</h2><ul>{rows}</ul></div>'

    def field(self, name: str, hint: str = "") -> str:
        if not hint and name in _HINTS:
            example = '<bdi dir="ltr">08 / 28</bdi>'
            hint = escape(word(_HINTS[name], self.language)).replace("{example}", example)
        problem = self.problems.get(name)
        look, attributes = _ATTRIBUTES[name]
        described = " ".join([f"{name}-h"] * bool(hint) + [f"{name}-e"] * bool(problem))
        error = ""
        if problem:
            error = (
                f'<p class="err" id="{name}-e">{_WARNING}<span><span class="vh">{_w("error_prefix", self.language)}'
                f"</span>{self.said(problem)}</span></p>"
            )
        return (
            f'<div class="field{" field--bad" if problem else ""}"><label for="{name}">{_w(name, self.language)}</label>'
            + (f'<span class="hint" id="{name}-h">{hint}</span>' if hint else "")
            + f'{error}<input class="in {look}" id="{name}" name="{name}" {attributes}'
            + (f' aria-describedby="{described}"' if described else "")
            + (' aria-invalid="true"' if problem else "")
            + f' value="{escape(self.shown_again(name))}"></div>'
        )

    def shown_again(self, name: str) -> str:
        """What was typed, but never a code, and never a number that might be somebody's."""
        problem = self.problems.get(name)
        if name == "code" or (problem and problem.word in ("number_real", "bank_real")):
            return ""
        if name in ("name", "holder") and re.search(
            r"\d{11}", cards.digits_of(self.typed.get(name))
        ):
            return ""
        return self.typed.get(name)

    def card_pick(self, *, is_us: bool, alone: bool) -> str:
        chips = " ".join(f'<span class="chip">{brand}</span>' for brand in cards.BRANDS.values())
        number = self.field("number", f"{_w('number_hint', self.language)} {chips}")
        ticked = " checked" if self.typed.save else ""
        fields = (
            f'{number}<div class="pair">{self.field("expiry")}{self.field("code")}</div>{self.field("name")}'
            + (self.field("postal_code") if is_us else "")
            + f'<label class="check" for="save"><input type="checkbox" id="save" name="save"{ticked}>'
            f'<span>{_w("save", self.language)}<span class="hint">{_w("save_hint", self.language)}</span></span></label>'
        )
        return self._pick("card", fields)

    def bank_pick(self) -> str:
        fields = self.field("holder") + self.field("routing") + self.field("account")
        fields += f'<p class="hint">{_w("authorize", self.language)}</p>'
        return self._pick("bank", fields)

    def _pick(self, kind: str, fields: str) -> str:
        checked = " checked" if (self.typed.get("kind") or "card") == kind else ""
        return (
            f'<div class="pick"><label for="kind-{kind}"><input type="radio" name="kind" id="kind-{kind}" '
            f'value="{kind}"{checked}><span>{_w(kind, self.language)}<small>{_w(f"{kind}_hint", self.language)}'
            f'</small></span></label><div class="reveal">{fields}</div></div>'
        )


def _w(key: str, language: str) -> str:
    return escape(word(key, language), quote=False)


def _numbers(language: str) -> str:
    rows = "".join(
        f'<tr><th scope="row"><bdi dir="ltr" class="code">{card.grouped}</bdi></th>'
        f"<td>{_w(f'does_{card.behaviour}', language)}</td></tr>"
        for card in cards.CARDS
    ) + "".join(
        f'<tr><th scope="row"><bdi dir="ltr" class="code">{cards.BANK_ROUTING} / {number}</bdi></th>'
        f"<td>{_w(f'does_{behaviour}', language)}</td></tr>"
        for number, behaviour in cards.BANK_ACCOUNTS.items()
    )
    return (
        f'<details class="test-numbers"><summary>{_w("list", language)}</summary><p>{_w("list_hint", language)}</p>'
        f'<table class="tbl"><thead><tr><th scope="col">{_w("list_number", language)}</th>'
        f'<th scope="col">{_w("list_effect", language)}</th></tr></thead><tbody>{rows}</tbody></table></details>'
    )


def _amount_on_narrow(shown: Object, language: str) -> str:
    """The amount stands above the fields where the slip stands below them."""
    if not shown.get("shown_amount"):
        return ""
    amount = f'<strong><bdi dir="ltr">{escape(str(shown["shown_amount"]))}</bdi></strong>'
    return f'<p class="only-narrow">{_w("paying", language)} {amount}</p>'


def _slip(shown: Object, language: str) -> str:
    rows = "".join(
        f"<dt>{_w(label, language)}</dt><dd><bdi>{escape(str(shown[key]))}</bdi></dd>"
        for label, key in (
            ("for", "shown_for"),
            ("purpose", "shown_purpose"),
            ("payee", "shown_payee"),
        )
        if shown.get(key)
    )
    if not shown.get("shown_amount"):
        return ""
    return (
        f'<aside aria-label="{_w("paying", language)}"><section class="slip" aria-labelledby="slip-title">'
        f'<div class="slip-main stack stack-2"><h2 id="slip-title" class="slip-kicker">{_w("paying", language)}</h2>'
        f'<p class="amount amount--m"><bdi dir="ltr">{escape(str(shown["shown_amount"]))}</bdi></p></div>'
        f'<div class="slip-stub"><dl>{rows}</dl></div></section></aside>'
    )


def _page(title: str, main: str, language: str, session: Object, *, wrong: bool = False) -> str:
    payee = str(session.get("metadata", {}).get("shown_payee") or "Sandbox")
    prefix = word("error_prefix", language) if wrong else ""
    direction = "rtl" if language == "ar" else "ltr"
    others = " ".join(
        f'<li><a href="?lang={code}" lang="{code}" hreflang="{code}"{" aria-current=true" * (code == language)}>{NAMES[code]}</a></li>'
        for code in LANGUAGES
    )
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(prefix)}{escape(title)} - TEST - {escape(payee)}</title>"
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="/assets/ui/portal.css"><link rel="stylesheet" href="/assets/sandbox.css"></head>'
        f'<body><a class="skip" href="#main">{_w("skip", language)}</a>'
        f'<header class="mast mast--quiet"><div class="wrap mast-in"><p class="brand">{_ARCH}<span><bdi>{escape(payee)}</bdi></span></p>'
        f'<p class="lock">{_LOCK}<span>{_w("secure", language)}</span></p></div>'
        f'<p class="test-band"><span class="wrap">{_w("test_band", language)}</span></p></header>'
        f'<main id="main" tabindex="-1"><div class="wrap page"><div class="paywrap">{main}</div></div></main>'
        f'<footer class="foot"><div class="wrap"><nav aria-label="{_w("language", language)}"><ul>{others}</ul></nav></div></footer>'
        "</body></html>"
    )
