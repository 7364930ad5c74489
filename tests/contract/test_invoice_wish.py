"""Tax numbers: the check character is counted, and what is no such number is refused."""

import pytest
from pydantic import ValidationError

from contract.invoice_wish import CHARACTERS, InvoiceWish, is_tax_number

# published codes of public bodies and companies
GOOD = ("91330106673959654P", "91110000802100433B", "9144030071526726XG", "91350100M000100Y43")


@pytest.mark.parametrize("number", GOOD)
def test_numbers_that_are_in_use(number):
    assert is_tax_number(number)


@pytest.mark.parametrize("number", GOOD)
def test_one_wrong_character_is_found_wherever_it_is(number):
    for place in range(len(number)):
        other = CHARACTERS[(CHARACTERS.index(number[place]) + 1) % len(CHARACTERS)]
        assert not is_tax_number(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize(
    "number", ["", "91330106673959654", GOOD[0].lower(), GOOD[0] + "0", "9133010667395965IP"]
)
def test_what_is_no_such_number(number):
    assert not is_tax_number(number)


def test_a_wish_is_of_a_person_or_of_a_company_with_its_number():
    person = InvoiceWish(reference="K03-000001", title=" 王小明 ")
    assert (person.title, person.tax_number) == ("王小明", "")
    assert InvoiceWish(reference="K03-000001", title="某公司", tax_number=GOOD[0]).tax_number
    for wrong in ({"tax_number": "123"}, {"title": "  "}, {"title": "长" * 101}):
        with pytest.raises(ValidationError):
            InvoiceWish(**{"reference": "K03-000001", "title": "某公司"} | wrong)
    assert "王小明" not in repr(person), "it stands in no log"
