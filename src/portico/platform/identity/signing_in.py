"""Which names open an account: the letter's user name always; an e-mail or phone only while verified.

Contact details may be shared; those reach people and open nothing (DESIGN §3, people and sign-in names).
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django import forms
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portico.platform.identity import phones, texting
from portico.platform.identity.models import Account
from portico.platform.kernel import ciphers


def find_account_by_email(email: str) -> Account | None:
    """The one active account that holds this e-mail verified."""
    holders = EmailAddress.objects.filter(email=email.strip().lower(), verified=True)
    found = holders.filter(user__is_active=True).select_related("user").first()
    return found.user if found else None


def find_account_by_phone(phone: str) -> Account | None:
    """The one account that holds this phone verified. `phone` as typed."""
    number = phones.clean(phone)
    if not number:
        return None
    return Account.objects.filter(phone=number, phone_verified=True).first()


def find_account_by_username(username: str) -> Account | None:
    """The account with this user name; letters of either case, spaces around it forgiven."""
    return Account.objects.filter(username__iexact=username.strip()).first()


class NamesBackend(AuthenticationBackend):
    """Signs in by verified e-mail, verified phone or user name, whatever the field was called.

    An unknown name costs the same time as a wrong password.
    """

    def _authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> AbstractBaseUser | None:
        password = str(credentials.get("password") or "")[:MOST]
        for field in ("username", "email", "phone"):
            if name := str(credentials.get(field) or "").strip():
                account = find_account(name)
                checked: AbstractBaseUser | None = self._check_password(account, password)
                return checked
        return None


MOST = 256  # a longer password is cut nowhere else: the form refuses it


def find_account(name: str) -> Account | None:
    """The account a sign-in name opens: e-mail, phone or user name, recognised by its shape."""
    if "@" in name:
        return find_account_by_email(name)
    return find_account_by_username(name) or find_account_by_phone(name)


class AccountAdapter(DefaultAccountAdapter):
    """What allauth must know about Portico's accounts."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/staff/" if getattr(request.user, "is_staff_member", False) else "/home"

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # Portico's own three ways in make accounts

    def phone_form_field(self, **kwargs: Any) -> forms.CharField:
        return forms.CharField(max_length=30, **kwargs)

    def clean_phone(self, phone: str) -> str:
        number = phones.clean(phone)
        if not number:
            raise forms.ValidationError(
                _(
                    "This is not a phone number we can reach. Write it with its country, like +1 555 010 0199."
                )
            )
        return number

    def set_phone(self, user: Account, phone: str, verified: bool) -> None:
        user.phone, user.phone_verified = phones.clean(phone) or phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def get_phone(self, user: Account) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone_verified(self, user: Account, phone: str) -> None:
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> Account | None:
        return find_account_by_phone(phone)

    def send_verification_code_sms(
        self, user: Account, phone: str, code: str, **kwargs: Any
    ) -> None:
        texting.send(phone, code)


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are sealed, and authenticator apps show the organisation's name."""

    def encrypt(self, text: str) -> str:
        return ciphers.seal_text(text, bound_to="mfa")

    def decrypt(self, encrypted_text: str) -> str:
        return ciphers.unseal_text(encrypted_text, bound_to="mfa")

    def get_totp_issuer(self) -> str:
        return str(settings.PORTICO_ORGANISATION)

    def _get_site_name(self) -> str:
        return str(settings.PORTICO_ORGANISATION)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Staff keep a second factor."""
        if not authenticator.user.is_staff_member:
            return True
        others = authenticator.user.authenticator_set.exclude(pk=authenticator.pk)
        return bool(others.exclude(type="recovery_codes").exists())


class VerifiedResetForm(ResetPasswordForm):
    """A reset link goes only to an address that one account holds verified; a shared one opens nothing."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        account = find_account_by_email(email)
        self.users = [account] if account else []
        return email
