import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('alerts', '0001_initial'),
        ('auth', '__first__'),
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='OutsidePing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tried_at', models.DateTimeField(verbose_name='Tried at')),
                ('reached_at', models.DateTimeField(blank=True, null=True, verbose_name='Reached at')),
                ('failing_since', models.DateTimeField(blank=True, null=True, verbose_name='Not reached since')),
                ('said', models.CharField(blank=True, max_length=120, verbose_name='What went wrong')),
            ],
            options={
                'verbose_name': 'Call to the watcher outside',
                'verbose_name_plural': 'Calls to the watcher outside',
            },
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True, verbose_name='Name')),
                ('until', models.DateTimeField(verbose_name='Until')),
            ],
            options={
                'verbose_name': 'Turn',
                'verbose_name_plural': 'Turns',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_name', models.CharField(max_length=150, verbose_name='Person')),
                ('text', models.CharField(max_length=500, verbose_name='Comment')),
                ('at', models.DateTimeField(verbose_name='Time')),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='alerts.alert', verbose_name='Alert')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Comment on an alert',
                'verbose_name_plural': 'Comments on alerts',
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='PersonAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(choices=[('mail', 'Mail'), ('chat', 'Chat robot or webhook'), ('sms', 'Text message'), ('call', 'Call by phone')], max_length=8, verbose_name='Way')),
                ('sealed', models.TextField(verbose_name='Address, sealed')),
                ('shown', models.CharField(max_length=80, verbose_name='Address')),
                ('language', models.CharField(choices=[('zh', 'Chinese'), ('en', 'English')], default='zh', max_length=2, verbose_name='Language')),
                ('added_at', models.DateTimeField(verbose_name='Added at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Ended at')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alert_addresses', to=settings.AUTH_USER_MODEL, verbose_name='Person')),
            ],
            options={
                'verbose_name': 'Address for alerts',
                'verbose_name_plural': 'Addresses for alerts',
                'ordering': ['person', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Shift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField(choices=[(1, 'First on call'), (2, 'Second on call'), (3, 'Third on call')], verbose_name='Who is told when')),
                ('weekdays', models.CharField(max_length=7, verbose_name='Weekdays')),
                ('starts', models.TimeField(verbose_name='From')),
                ('ends', models.TimeField(verbose_name='Until')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Ended at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to='estate.community', verbose_name='Community')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Person')),
            ],
            options={
                'verbose_name': 'Hours on call',
                'verbose_name_plural': 'Hours on call',
                'ordering': ['community', 'level', 'starts', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Substitution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField(choices=[(1, 'First on call'), (2, 'Second on call'), (3, 'Third on call')], verbose_name='Who is told when')),
                ('first_day', models.DateField(verbose_name='First day')),
                ('last_day', models.DateField(verbose_name='Last day')),
                ('starts', models.TimeField(verbose_name='From')),
                ('ends', models.TimeField(verbose_name='Until')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Ended at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='substitutions', to='estate.community', verbose_name='Community')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Person')),
            ],
            options={
                'verbose_name': 'Holiday or replacement',
                'verbose_name_plural': 'Holidays and replacements',
                'ordering': ['community', 'first_day', 'level', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='CalendarLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True, verbose_name='Digest')),
                ('language', models.CharField(choices=[('zh', 'Chinese'), ('en', 'English')], max_length=2, verbose_name='Language')),
                ('made_at', models.DateTimeField(verbose_name='Added at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Ended at')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Person')),
            ],
            options={
                'verbose_name': 'Calendar address',
                'verbose_name_plural': 'Calendar addresses',
                'ordering': ['person', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('person',), name='calendar_link_open_once')],
            },
        ),
        migrations.CreateModel(
            name='Handling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField(default=0, verbose_name='Escalated up to')),
                ('round', models.PositiveIntegerField(default=0, verbose_name='Rounds of messages')),
                ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='Last told at')),
                ('due_at', models.DateTimeField(blank=True, db_index=True, null=True, verbose_name='Due at')),
                ('nobody', models.BooleanField(default=False, verbose_name='Nobody was on call')),
                ('acknowledged_by', models.CharField(blank=True, max_length=150, verbose_name='Acknowledged by')),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True, verbose_name='Acknowledged at')),
                ('silenced_by', models.CharField(blank=True, max_length=150, verbose_name='Silenced by')),
                ('silenced_until', models.DateTimeField(blank=True, null=True, verbose_name='Silenced until')),
                ('silence_reason', models.CharField(blank=True, max_length=300, verbose_name='Reason')),
                ('end_told', models.BooleanField(default=False, verbose_name='Its end was told')),
                ('alert', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='handling', to='alerts.alert', verbose_name='Alert')),
                ('assigned_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Assigned to')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Handling of an alert',
                'verbose_name_plural': 'Handling of alerts',
                'ordering': ['-pk'],
                'indexes': [models.Index(condition=models.Q(('end_told', False)), fields=['alert'], name='handling_not_over')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_name', models.CharField(max_length=150, verbose_name='Person')),
                ('purpose', models.CharField(choices=[('told', 'First message'), ('escalated', 'Escalated'), ('repeated', 'Repeated'), ('assigned', 'Assigned'), ('ended', 'Ended')], max_length=10, verbose_name='Purpose')),
                ('round', models.PositiveIntegerField(verbose_name='Round')),
                ('text', models.TextField(verbose_name='Text of the message')),
                ('state', models.CharField(choices=[('waiting', 'Waits to be sent'), ('sending', 'Not known whether it went out'), ('sent', 'Handed over'), ('delivered', 'Arrived on the phone'), ('refused', 'Message refused'), ('failed', 'Could not be sent'), ('dropped', 'Not needed any more')], default='waiting', max_length=10, verbose_name='State')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='Attempts')),
                ('made_at', models.DateTimeField(verbose_name='Message made at')),
                ('due_at', models.DateTimeField(verbose_name='Due at')),
                ('changed_at', models.DateTimeField(verbose_name='Changed at')),
                ('answer', models.CharField(blank=True, max_length=200, verbose_name='What the other side said')),
                ('receipt', models.CharField(blank=True, max_length=64, verbose_name='Receipt number')),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='alerts.alert', verbose_name='Alert')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('address', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='on_call.personaddress', verbose_name='Address')),
            ],
            options={
                'verbose_name': 'Message of an alert',
                'verbose_name_plural': 'Messages of alerts',
                'ordering': ['made_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='alert_message_to_send'), models.Index(fields=['address', 'changed_at'], name='alert_message_of_address')],
                'constraints': [models.UniqueConstraint(fields=('alert', 'round', 'purpose', 'address'), name='told_once_a_round')],
            },
        ),
        migrations.CreateModel(
            name='AddressTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='Time')),
                ('address', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='on_call.personaddress', verbose_name='Address')),
            ],
            options={
                'verbose_name': 'Test of an address',
                'verbose_name_plural': 'Tests of addresses',
                'ordering': ['at', 'pk'],
                'indexes': [models.Index(fields=['address', 'at'], name='alert_address_try')],
            },
        ),
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='Kind')),
                ('first_after', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(10080)], verbose_name='First told after minutes')),
                ('second_after', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(10080)], verbose_name='Second told after minutes')),
                ('third_after', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(10080)], verbose_name='Third told after minutes')),
                ('repeat_after', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(10080)], verbose_name='Repeated every so many minutes')),
                ('changed_at', models.DateTimeField(verbose_name='Changed at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alert_rules', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Rule of alerts',
                'verbose_name_plural': 'Rules of alerts',
                'ordering': ['community', 'kind'],
                'constraints': [models.UniqueConstraint(fields=('community', 'kind'), name='rule_once')],
            },
        ),
    ]
