from datetime import UTC, datetime

from django.db import migrations, models


def copy(apps, schema_editor):
    orders = apps.get_model("payments", "PaymentOrder").objects.using(schema_editor.connection.alias)
    orders.update(received_at=models.F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_refunds_that_ended_stay")]

    operations = [
        migrations.AddField(
            model_name="paymentorder",
            name="received_at",
            field=models.DateTimeField(
                default=datetime(2026, 1, 1, tzinfo=UTC),
                verbose_name="服务器得知 Known here since",
            ),
            preserve_default=False,
        ),
        migrations.RunPython(copy, migrations.RunPython.noop),
        migrations.AlterModelOptions(
            name="paymentorder",
            options={
                "ordering": ["-received_at", "-pk"],
                "verbose_name": "支付订单 Payment order",
                "verbose_name_plural": "支付订单 Payment orders",
            },
        ),
    ]
