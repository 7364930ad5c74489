import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('estate', '0001_initial'),
        ('fleet', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ActKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(unique=True, verbose_name='Place in the chain')),
                ('public_key', models.CharField(max_length=43, unique=True, verbose_name='Public key')),
                ('signature', models.CharField(blank=True, max_length=86, verbose_name='Signature of the key before')),
                ('made_at', models.DateTimeField(verbose_name='Key made at')),
            ],
            options={
                'verbose_name': 'Key of acts',
                'verbose_name_plural': 'Keys of acts',
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='ActCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('last', models.PositiveBigIntegerField(default=0, verbose_name='Highest number')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('kiosk', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='act_count', to='fleet.kiosk', verbose_name='Kiosk')),
            ],
            options={
                'verbose_name': 'Count of acts',
                'verbose_name_plural': 'Counts of acts',
            },
        ),
        migrations.CreateModel(
            name='KioskGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='Name')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='kiosk_groups', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Group of kiosks',
                'verbose_name_plural': 'Groups of kiosks',
                'ordering': ['community', 'name'],
                'constraints': [models.UniqueConstraint(fields=('community', 'name'), name='kiosk_group_name_once')],
            },
        ),
        migrations.CreateModel(
            name='GroupMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Taken out at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('kiosk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='group_members', to='fleet.kiosk', verbose_name='Kiosk')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='remote_acts.kioskgroup', verbose_name='Group of kiosks')),
            ],
            options={
                'verbose_name': 'Kiosk of a group',
                'verbose_name_plural': 'Kiosks of a group',
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('group', 'kiosk'), name='kiosk_once_in_group')],
            },
        ),
        migrations.CreateModel(
            name='RemoteAct',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveBigIntegerField(verbose_name='Number of the act')),
                ('wish', models.UUIDField(verbose_name='Asked together')),
                ('kind', models.CharField(choices=[('out_of_service', 'Out of service'), ('back_in_service', 'Back in service'), ('message', 'Message on the screen'), ('restart', 'Restart the program'), ('reboot', 'Restart the machine'), ('self_test', 'Self-test'), ('test_page', 'Print a test page'), ('new_roll', 'New paper roll'), ('bin_emptied', 'Receipt bin emptied'), ('picture', 'Picture of the screen'), ('logs', 'Log of the program'), ('settings', 'Settings'), ('new_key', 'Another key')], max_length=20, verbose_name='Act')),
                ('parameters', models.JSONField(blank=True, default=dict, verbose_name='What exactly')),
                ('asked_by', models.CharField(max_length=150, verbose_name='Asked by')),
                ('role', models.CharField(blank=True, choices=[('administrator', 'Administrator'), ('bookkeeper', 'Bookkeeper'), ('collector', 'Collector'), ('approver', 'Approver'), ('technician', 'Technician'), ('auditor', 'Auditor')], max_length=20, verbose_name='In the role of')),
                ('reason', models.CharField(max_length=300, verbose_name='Reason')),
                ('asked_at', models.DateTimeField(verbose_name='Asked at')),
                ('not_after', models.DateTimeField(verbose_name='Holds until')),
                ('state', models.CharField(choices=[('asked', 'Not fetched yet'), ('taken', 'Fetched'), ('waits', 'Waits for a resident or a payment'), ('begun', 'Begun'), ('done', 'Carried out'), ('failed', 'Did not work'), ('in_doubt', 'Begun, its end is not known'), ('refused', 'Refused by the kiosk'), ('expired', 'Ran out'), ('cancelled', 'Called off')], default='asked', max_length=10, verbose_name='State')),
                ('state_at', models.DateTimeField(verbose_name='In this state since')),
                ('taken_at', models.DateTimeField(blank=True, null=True, verbose_name='Fetched at')),
                ('code', models.CharField(blank=True, max_length=60, verbose_name='Result')),
                ('findings', models.JSONField(blank=True, default=list, verbose_name='Findings')),
                ('cancelled_by', models.CharField(blank=True, max_length=150, verbose_name='Called off by')),
                ('cancel_reason', models.CharField(blank=True, max_length=300, verbose_name='Why called off')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remote_acts', to='estate.community', verbose_name='Community')),
                ('kiosk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remote_acts', to='fleet.kiosk', verbose_name='Kiosk')),
            ],
            options={
                'verbose_name': 'Act from afar',
                'verbose_name_plural': 'Acts from afar',
                'ordering': ['-asked_at', '-number'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['asked', 'taken', 'waits', 'begun'])), fields=['kiosk', 'number'], name='act_open'), models.Index(fields=['community', '-asked_at'], name='act_by_community')],
                'constraints': [models.UniqueConstraint(fields=('kiosk', 'number'), name='act_number_once'), models.UniqueConstraint(fields=('kiosk', 'wish'), name='act_wish_once')],
            },
        ),
        migrations.CreateModel(
            name='ActAttachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20, verbose_name='Kind')),
                ('content', models.BinaryField(verbose_name='Content of the attachment')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('act', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='attachment', to='remote_acts.remoteact', verbose_name='Act from afar')),
            ],
            options={
                'verbose_name': 'Attachment of an act',
                'verbose_name_plural': 'Attachments of acts',
            },
        ),
    ]
