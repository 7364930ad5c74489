"""A bill is held until the end of its payment is known, not until a time, and may be held by several."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_checked_rows")]
    operations = [
        migrations.AddField(
            model_name="billlease",
            name="since",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.RemoveField(model_name="billlease", name="until"),
        migrations.AlterField(
            model_name="billlease",
            name="bill",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leases",
                to="billing.bill",
                verbose_name="账单 Bill",
            ),
        ),
        migrations.AddConstraint(
            model_name="billlease",
            constraint=models.UniqueConstraint(
                fields=("bill", "payment_id"), name="payment_holds_a_bill_once"
            ),
        ),
    ]
