"""The copy of the open bills is a convenience: what cannot be read of it is not there."""

from kiosk.central.open_bills import OpenBillsCopy
from tests.kiosk.core.story import account, bill


def test_a_row_of_another_version_of_the_software_is_not_there(tmp_path):
    copy = OpenBillsCopy(tmp_path / "open_bills.sqlite3")
    copy._replace([account(bill(9, 100))])
    copy._db.execute("""UPDATE accounts SET account = '{"unit": "3-2-1201"}'""")
    assert copy.account("3-2-1201") is None
    copy.settle("3-2-1201", {"B202609-3-2-1201"})
    copy._replace([account(bill(9, 100))])
    assert copy.account("3-2-1201") == account(bill(9, 100))
    copy.close()
