import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('estate', '0001_initial'),
        ('payments', '0001_initial'),
        ('service_requests', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PhoneVote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vote', models.PositiveSmallIntegerField(choices=[(3, 'Satisfied'), (2, 'So-so'), (1, 'Not satisfied')], verbose_name='Vote')),
                ('voted_at', models.DateTimeField(verbose_name='Voted at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='phone_vote', to='payments.paymentorder', verbose_name='Payment order')),
                ('request', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='of_payment_vote', to='service_requests.servicerequest', verbose_name='Service request')),
            ],
            options={
                'verbose_name': 'Vote after paying on a phone',
                'verbose_name_plural': 'Votes after paying on phones',
                'indexes': [models.Index(fields=['community', 'voted_at'], name='phone_vote_by_day')],
            },
        ),
    ]
