import django.core.validators
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Kiosk',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=8, validators=[django.core.validators.RegexValidator('^[A-Z][0-9A-Z]{1,7}\\Z', '2 to 8 capital letters and digits, a letter first, e.g. K03')], verbose_name='Kiosk code')),
                ('location_zh', models.CharField(max_length=60, verbose_name='Location (Chinese)')),
                ('location_en', models.CharField(max_length=80, verbose_name='Location (English)')),
                ('floor', models.CharField(blank=True, max_length=10, verbose_name='Floor')),
                ('unit_start', models.CharField(blank=True, help_text='For example 3, or 3-2: residents need not type it. Empty: they type all', max_length=20, verbose_name='How the unit codes of its building begin')),
                ('active', models.BooleanField(default=True, verbose_name='Active')),
                ('public_key', models.CharField(blank=True, max_length=43, verbose_name='Public key')),
                ('enrolled_at', models.DateTimeField(blank=True, null=True, verbose_name='Enrolled at')),
                ('next_key', models.CharField(blank=True, default='', max_length=43, verbose_name='Next public key')),
                ('key_since', models.DateTimeField(blank=True, null=True, verbose_name='Key in use since')),
                ('journal_key', models.CharField(blank=True, default='', max_length=43, verbose_name='Key of the journal')),
                ('heard_at', models.DateTimeField(blank=True, null=True, verbose_name='Last heard')),
                ('heartbeat', models.JSONField(blank=True, null=True, verbose_name='Heartbeat')),
                ('journal_sequence', models.BigIntegerField(default=0, verbose_name='Journal sequence')),
                ('journal_hash', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', max_length=64, verbose_name='Journal hash')),
                ('journal_waits_since', models.DateTimeField(blank=True, null=True, verbose_name='Journal waits since')),
                ('boot', models.CharField(blank=True, max_length=32, verbose_name='Boot')),
                ('starts', models.BigIntegerField(default=0, verbose_name='Starts')),
                ('beat', models.BigIntegerField(default=0, verbose_name='Heartbeat number')),
                ('told_sequence', models.BigIntegerField(default=0, verbose_name='Journal position told')),
                ('number', models.BigIntegerField(default=0, verbose_name='Highest payment number')),
                ('strays', models.PositiveIntegerField(default=0, verbose_name='Stray heartbeats')),
                ('stray_beat', models.BigIntegerField(default=0, verbose_name='Last stray heartbeat')),
                ('stopped', models.CharField(blank=True, choices=[('twin', 'Two machines with one identity'), ('behind', 'Started from an old disk image'), ('forked', 'Its journal contradicts what was received'), ('damaged', 'Its journal lost entries'), ('not_signed', 'Its journal is not signed by it')], default='', max_length=20, verbose_name='Stopped')),
                ('stopped_at', models.DateTimeField(blank=True, null=True, verbose_name='Stopped at')),
                ('condition', models.CharField(blank=True, choices=[('', 'Not known'), ('well', 'Everything works'), ('attention', 'Something is needed soon'), ('fault', 'A device is out of order'), ('closed', 'Closed by its hours'), ('no_money', 'Nobody can pay there'), ('still', 'Its screen stands still')], default='', max_length=12, verbose_name='Condition')),
                ('condition_since', models.DateTimeField(blank=True, null=True, verbose_name='Condition since')),
                ('turned_away_before', models.BigIntegerField(blank=True, null=True, verbose_name='Turned away before')),
                ('paper_days', models.FloatField(blank=True, null=True, verbose_name='Days for which the paper lasts')),
                ('software', models.CharField(blank=True, max_length=40, verbose_name='Software')),
                ('wanted_version', models.CharField(blank=True, max_length=24, verbose_name='Wanted release')),
                ('wanted_attempt', models.PositiveIntegerField(default=0, verbose_name='Try of the wanted release')),
                ('wanted_ring', models.CharField(blank=True, max_length=10, verbose_name='Ring of the kiosk')),
                ('off_by', models.CharField(blank=True, max_length=150, verbose_name='Switched off by')),
                ('off_since', models.DateTimeField(blank=True, null=True, verbose_name='Switched off since')),
                ('off_until', models.DateTimeField(blank=True, help_text='Told to colleagues; it is not switched on by itself', null=True, verbose_name='Out of service until')),
                ('building', models.ForeignKey(blank=True, help_text='Where it stands; empty: nowhere in particular, such as a gate', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.building', verbose_name='Building')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='kiosks', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Kiosk',
                'verbose_name_plural': 'Kiosks',
                'ordering': ['community', 'code'],
                'constraints': [models.UniqueConstraint(fields=('community', 'code'), name='kiosk_code_once')],
            },
        ),
        migrations.CreateModel(
            name='KioskAbout',
            fields=[
                ('kiosk', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='about', serialize=False, to='fleet.kiosk', verbose_name='Kiosk')),
                ('told', models.JSONField(verbose_name='Versions and settings')),
                ('told_at', models.DateTimeField(verbose_name='Told at')),
            ],
            options={
                'verbose_name': 'Versions and settings of a kiosk',
                'verbose_name_plural': 'Versions and settings of kiosks',
            },
        ),
        migrations.CreateModel(
            name='KioskDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='Day')),
                ('source', models.CharField(max_length=16, verbose_name='Source')),
                ('hours', models.JSONField(verbose_name='Hours')),
                ('counted', models.BigIntegerField(verbose_name='Sum of what was counted')),
                ('told_at', models.DateTimeField(db_index=True, verbose_name='Told at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('kiosk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='days', to='fleet.kiosk', verbose_name='Kiosk')),
            ],
            options={
                'verbose_name': 'Day of a kiosk',
                'verbose_name_plural': 'Days of kiosks',
                'ordering': ['-day', 'kiosk'],
                'indexes': [models.Index(fields=['community', 'day'], name='kiosk_day_by_day')],
                'constraints': [models.UniqueConstraint(fields=('kiosk', 'day', 'source'), name='kiosk_day_once')],
            },
        ),
        migrations.CreateModel(
            name='PairingCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code_hash', models.CharField(max_length=64, unique=True, verbose_name='Hash of the code')),
                ('expires_at', models.DateTimeField(db_index=True, verbose_name='Expires at')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='Used at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('kiosk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pairing_codes', to='fleet.kiosk', verbose_name='Kiosk')),
            ],
            options={
                'verbose_name': 'Pairing code',
                'verbose_name_plural': 'Pairing codes',
                'ordering': ['-expires_at'],
            },
        ),
        migrations.CreateModel(
            name='PairingWish',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('public_key', models.CharField(db_index=True, max_length=43, verbose_name='Public key')),
                ('code', models.CharField(max_length=12, verbose_name='Code on its screen')),
                ('address', models.CharField(max_length=45, verbose_name='Asked from')),
                ('network', models.CharField(db_index=True, max_length=45, verbose_name='Network')),
                ('asked_at', models.DateTimeField(db_index=True, verbose_name='Asked for a code at')),
                ('expires_at', models.DateTimeField(db_index=True, verbose_name='Expires at')),
                ('wrong', models.PositiveSmallIntegerField(default=0, verbose_name='Wrong codes')),
                ('confirmed_by', models.CharField(blank=True, max_length=150, verbose_name='Confirmed by')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='Confirmed at')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='Used at')),
                ('kiosk', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pairing_wishes', to='fleet.kiosk', verbose_name='Kiosk')),
            ],
            options={
                'verbose_name': 'Machine that asks to be paired',
                'verbose_name_plural': 'Machines that ask to be paired',
                'ordering': ['-asked_at'],
            },
        ),
        migrations.CreateModel(
            name='RetiredKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_key', models.CharField(max_length=43, verbose_name='Public key')),
                ('retired_at', models.DateTimeField(verbose_name='Retired at')),
                ('kiosk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='retired_keys', to='fleet.kiosk', verbose_name='Kiosk')),
            ],
            options={
                'verbose_name': 'Retired key',
                'verbose_name_plural': 'Retired keys',
                'ordering': ['-retired_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='UsedNonce',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.CharField(max_length=64, verbose_name='Key id')),
                ('nonce', models.CharField(max_length=64, verbose_name='Nonce')),
                ('seen_at', models.DateTimeField(db_index=True, verbose_name='Seen at')),
            ],
            options={
                'verbose_name': 'Used nonce',
                'verbose_name_plural': 'Used nonces',
                'constraints': [models.UniqueConstraint(fields=('key_id', 'nonce'), name='nonce_is_used_once')],
            },
        ),
    ]
