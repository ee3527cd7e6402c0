"""Mail through Django's e-mail back ends."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.html import format_html, format_html_join, urlize


class DjangoMail:
    """Fills `notices.ports.Mail`."""

    def send(self, *, to: str, subject: str, paragraphs: list[str], language: str) -> None:
        """The HTML says the same words as the text, and loads nothing."""
        with translation.override(language or settings.LANGUAGE_CODE):
            message = EmailMultiAlternatives(subject, "\n\n".join(paragraphs) + "\n", to=[to])
            way = "rtl" if translation.get_language_bidi() else "ltr"
            body = format_html_join(
                "", "<p>{}</p>", ((urlize(p, autoescape=True),) for p in paragraphs)
            )
            html = format_html(
                '<!doctype html><html lang="{}" dir="{}"><meta charset="utf-8"><title>{}</title><body>{}</body></html>',
                translation.get_language(),
                way,
                subject,
                body,
            )
            message.attach_alternative(html, "text/html")
            message.send()
