"""The three ways in, tried by those they are for and by those they are not."""

from __future__ import annotations

import pytest

from portico.domain.people import actions
from portico.domain.people.rules import Birth, is_same_name
from portico.platform.gate.calls import system_call
from portico.platform.identity.models import Account
from portico.platform.kernel import clock
from portico.platform.kernel.call import ANONYMOUS, Call

pytestmark = pytest.mark.django_db
BORN = Birth(1986, 4, 12)
PASSWORD = "orchard-violin-93-slate"


def visitor(source: str = "10.0.0.1") -> Call:
    return Call(actor=ANONYMOUS, now=clock.now(), source=source)


def letter(name: str = "Nora Quist", birth: Birth = BORN, **more: object) -> actions.IssuedLetter:
    return actions.issue_letter(
        system_call("test"), document="passport", full_name=name, birth=birth, **more
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Rosa Delgado", "Delgado Rosa", True),
        ("Lucía Delgado", "LUCIA DELGADO", True),
        ("Rosa María Delgado Ruiz", "Rosa Delgado", True),
        ("Suharto", "suharto", True),
        ("Suharto", "Ahmad Suharto", False),
        ("Rosa Delgado", "Rosa Ruiz", False),
        ("أمينة حداد", "امينة حداد", True),
        ("", "", False),
    ],
)
def test_names_are_the_same_in_any_order_and_without_accents(one, other, same):
    assert is_same_name(one, other) is same


def test_a_letter_makes_an_account_once(clock):
    issued = letter()
    opened = actions.open_letter(visitor(), code=issued.letter.code.lower(), birth=BORN)
    assert opened is not None and opened.full_name == "Nora Quist"
    account = actions.redeem_letter(visitor(), enrolment_id=opened.enrolment_id, password=PASSWORD)
    assert account.person_id == issued.person_id and account.check_password(PASSWORD)
    with pytest.raises(actions.LetterGone):
        actions.redeem_letter(visitor(), enrolment_id=opened.enrolment_id, password=PASSWORD)
    assert actions.open_letter(visitor(), code=issued.letter.code, birth=BORN) is None


def test_an_unopened_letter_cannot_be_redeemed(clock):
    with pytest.raises(actions.LetterGone):
        actions.redeem_letter(visitor(), enrolment_id=letter().enrolment_id, password=PASSWORD)


def test_the_code_of_another_person_opens_nothing(clock):
    first = letter()
    letter("Otto Berg", Birth(1950))
    assert actions.open_letter(visitor(), code=first.letter.code, birth=Birth(1950)) is None


def test_a_letter_runs_out(clock):
    issued = letter()
    clock.advance(days=31)
    assert actions.open_letter(visitor(), code=issued.letter.code, birth=BORN) is None


def test_a_new_letter_revokes_the_old_one(clock):
    old = letter()
    new = actions.issue_letter(system_call("test"), document="known", person_id=old.person_id)
    assert actions.open_letter(visitor(), code=old.letter.code, birth=BORN) is None
    assert actions.open_letter(visitor(), code=new.letter.code, birth=BORN) is not None


def test_guessing_a_birth_year_locks_the_code(clock):
    issued = letter("Otto Berg", Birth(1950))
    for number, year in enumerate(range(1940, 1945)):
        call = visitor(f"10.0.0.{number}")
        assert actions.open_letter(call, code=issued.letter.code, birth=Birth(year)) is None
    assert (
        actions.open_letter(visitor("10.9.9.9"), code=issued.letter.code, birth=Birth(1950)) is None
    )


def test_guessing_codes_stops_the_source_and_not_the_others(clock):
    issued = letter()
    for _ in range(20):
        assert actions.open_letter(visitor(), code="AAAABBBBC", birth=BORN) is None
    assert actions.open_letter(visitor(), code=issued.letter.code, birth=BORN) is None
    assert actions.open_letter(visitor("10.0.0.2"), code=issued.letter.code, birth=BORN)
    clock.advance(minutes=61)


def test_a_known_person_is_not_made_twice(clock):
    issued = letter()
    with pytest.raises(actions.PeopleAlike) as alike:
        letter("QUIST, Nora")
    assert alike.value.person_ids == (issued.person_id,)
    assert letter("QUIST, Nora", surely_new=True).person_id != issued.person_id


def sign_up(
    name: str = "Nora Quist", birth: Birth = BORN, email: str = "nora@example.org"
) -> Account:
    sign_up_id = actions.ask_for_account(
        visitor(), full_name=name, birth=birth, email=email, language="en"
    )
    return actions.confirm_sign_up(visitor(), sign_up_id=sign_up_id, password=PASSWORD)


def test_a_certain_match_is_linked(clock):
    issued = letter(email="Nora@example.org")
    assert sign_up("Quist Nora").person_id == issued.person_id


def test_without_the_e_mail_on_file_staff_decide(clock, cast):
    issued = letter()
    account = sign_up()
    assert account.person_id is None
    row = account.sign_up
    actions.decide_sign_up(cast.lena.call(), sign_up_id=row.id, person_id=issued.person_id)
    account.refresh_from_db()
    assert account.person_id == issued.person_id
    with pytest.raises(actions.SignUpGone):
        actions.decide_sign_up(cast.lena.call(), sign_up_id=row.id)


def test_a_shared_e_mail_links_nobody(clock):
    letter(email="family@example.org")
    letter("Otto Quist", Birth(2015, 1, 1), email="family@example.org")
    assert sign_up(email="family@example.org").person_id is None


def test_somebody_new_waits_or_enters_as_the_clinic_chose(clock, settings):
    settings.PORTICO_NEW_PATIENTS = False
    assert sign_up().person_id is None
    settings.PORTICO_NEW_PATIENTS = True
    assert sign_up("Ann Yu", Birth(1990, 1, 2), "ann@example.org").person_id is not None


def test_one_who_has_an_account_gets_no_second_one(clock, cast):
    issued = letter()
    opened = actions.open_letter(visitor(), code=issued.letter.code, birth=BORN)
    actions.redeem_letter(visitor(), enrolment_id=opened.enrolment_id, password=PASSWORD)
    other = sign_up()
    with pytest.raises(actions.PersonHasAccount):
        actions.decide_sign_up(
            cast.lena.call(), sign_up_id=other.sign_up.id, person_id=issued.person_id
        )
