from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_money_accounted_for")]

    operations = [
        migrations.AddField(
            model_name="paymentorder",
            name="ending_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="paymentorder",
            name="ending_in_flight",
            field=models.BooleanField(default=False),
        ),
    ]
