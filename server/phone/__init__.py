"""What a resident's phone opens by the code on a bill: what is due, paying, receipts."""
