import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('billing', '0001_initial'),
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='BillMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=200, verbose_name='Mail address')),
                ('state', models.CharField(choices=[('waiting', 'Waits to be sent'), ('sending', 'Not known whether it went out'), ('sent', 'Handed to the mail server'), ('refused', 'Refused by the mail server'), ('failed', 'Could not be sent'), ('bounced', 'Came back')], default='waiting', max_length=10, verbose_name='State')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='Attempts')),
                ('asked_by_name', models.CharField(max_length=150, verbose_name='Asked by')),
                ('asked_at', models.DateTimeField(verbose_name='Asked at')),
                ('changed_at', models.DateTimeField(verbose_name='Time')),
                ('answer', models.CharField(blank=True, max_length=200, verbose_name='What the mail server said')),
                ('bill', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='billing.bill', verbose_name='Bill')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bill_mails', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Bill by e-mail',
                'verbose_name_plural': 'Bills by e-mail',
                'ordering': ['community', 'bill', 'pk'],
                'indexes': [models.Index(fields=['community', 'state'], name='bill_mail_by_state')],
                'constraints': [models.UniqueConstraint(models.F('bill'), django.db.models.functions.text.Lower('address'), name='bill_mailed_once')],
            },
        ),
    ]
