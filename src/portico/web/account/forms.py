"""What people type at the front door."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from portico.domain.people.rules import Birth
from portico.platform.kernel import clock


class SignInForm(LoginForm):
    """A name of any kind and a password. Which of them was wrong is never said."""

    shared_device = forms.BooleanField(label=_("This is a shared device"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("remember", None)
        self.fields["login"].label = _("E-mail, phone, or the user name of your letter")
        self.fields["login"].widget.attrs = {"autocomplete": "username", "autocapitalize": "none"}
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs = {"autocomplete": "current-password"}

    def clean(self) -> Any:
        """One sentence for a wrong name, a wrong password and an account that is closed."""
        try:
            return super().clean()
        except forms.ValidationError as error:
            if getattr(error, "code", "") == "too_many_login_attempts":
                raise
            raise forms.ValidationError(
                _("That name or password is not right. Try again, or get a new password.")
            ) from error


class BirthForm(forms.Form):
    """A birth date in three fields. Month and day may stay empty where only the year is known."""

    day = forms.IntegerField(
        label=_("Day of birth"),
        min_value=1,
        max_value=31,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "bday-day"}),
    )
    month = forms.IntegerField(
        label=_("Month of birth"),
        min_value=1,
        max_value=12,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "bday-month"}),
    )
    year = forms.IntegerField(
        label=_("Year of birth"),
        min_value=1890,
        max_value=2200,
        help_text=_("If you know only the year, leave day and month empty."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "bday-year"}),
    )

    def clean(self) -> dict[str, Any]:
        """Adds `birth`."""
        typed = super().clean() or {}
        if self.errors:
            return typed
        birth = Birth(typed["year"], typed["month"], typed["day"] if typed["month"] else None)
        try:
            is_future = birth.first_day > clock.now().date()
        except ValueError:
            raise forms.ValidationError(_("There is no such day. Check day and month.")) from None
        if is_future:
            raise forms.ValidationError(_("This day is still to come. Check the year."))
        typed["birth"] = birth
        return typed


class EnrollForm(BirthForm):
    """The code of a letter and the second fact."""

    code = forms.CharField(
        label=_("Code in your letter"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )
    field_order = ("code", "day", "month", "year")


class SignUpForm(BirthForm):
    """Who asks for an account."""

    full_name = forms.CharField(
        label=_("Full name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"})
    )
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput({"autocomplete": "email"}))
    field_order = ("full_name", "day", "month", "year", "email")


class PasswordForm(forms.Form):
    """A new password, typed once; it can be shown."""

    password = forms.CharField(
        label=_("Choose a password"),
        max_length=256,
        strip=False,
        help_text=_("At least 12 characters. Several words in a row are easy to remember."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class LetterPasswordForm(PasswordForm):
    """The password of an account opened by letter, and an e-mail for whoever has one."""

    email = forms.EmailField(
        label=_("E-mail (if you have one)"),
        required=False,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
