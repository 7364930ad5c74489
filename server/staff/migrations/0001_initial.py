import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('auth', '__first__'),
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='MadePassword',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='made_password', serialize=False, to=settings.AUTH_USER_MODEL, verbose_name='Person')),
                ('at', models.DateTimeField(verbose_name='Time')),
            ],
            options={
                'verbose_name': 'Password to be changed',
                'verbose_name_plural': 'Passwords to be changed',
            },
        ),
        migrations.CreateModel(
            name='ResetAsked',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=45, verbose_name='Address')),
                ('at', models.DateTimeField(db_index=True, verbose_name='Time')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Person')),
            ],
            options={
                'verbose_name': 'Link for a new password',
                'verbose_name_plural': 'Links for new passwords',
            },
        ),
        migrations.CreateModel(
            name='SignIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session_key', models.CharField(db_index=True, max_length=40, verbose_name='Session key')),
                ('address', models.CharField(blank=True, max_length=45, verbose_name='Address')),
                ('agent', models.CharField(blank=True, max_length=200, verbose_name='Browser')),
                ('at', models.DateTimeField(verbose_name='Time')),
                ('used_at', models.DateTimeField(verbose_name='Last used')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Signed out')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sign_ins', to=settings.AUTH_USER_MODEL, verbose_name='Person')),
            ],
            options={
                'verbose_name': 'Sign-in',
                'verbose_name_plural': 'Sign-ins',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Act',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_name', models.CharField(max_length=150, verbose_name='Person')),
                ('act', models.CharField(max_length=40, verbose_name='Act')),
                ('subject_kind', models.CharField(max_length=20, verbose_name='Subject')),
                ('subject_id', models.CharField(max_length=80, verbose_name='Id')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='Reason')),
                ('at', models.DateTimeField(verbose_name='Time')),
                ('before', models.JSONField(default=dict, verbose_name='Before')),
                ('after', models.JSONField(default=dict, verbose_name='After')),
                ('community', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='acts', to=settings.AUTH_USER_MODEL, verbose_name='User account')),
            ],
            options={
                'verbose_name': 'Staff act',
                'verbose_name_plural': 'Staff acts',
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['subject_kind', 'subject_id'], name='act_by_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(('person_name', ''), _negated=True), name='act_has_a_person')],
            },
        ),
        migrations.CreateModel(
            name='Limit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('administrator', 'Administrator'), ('bookkeeper', 'Bookkeeper'), ('collector', 'Collector'), ('approver', 'Approver'), ('technician', 'Technician'), ('auditor', 'Auditor')], max_length=20, verbose_name='Staff role')),
                ('kind', models.CharField(choices=[('void_bill', 'Void a bill'), ('waive', 'Waive'), ('return_money', 'Return money by hand'), ('pay_out', 'Pay credit out'), ('instalments', 'Agree to instalments'), ('discount', 'Give a discount'), ('one_off', 'Charge once'), ('shared_cost', 'Share a cost')], max_length=20, verbose_name='Act')),
                ('amount_minor', models.BigIntegerField(validators=[django.core.validators.MinValueValidator(0)], verbose_name='Alone up to, all of 24 hours together')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Limit without a second person',
                'verbose_name_plural': 'Limits without a second person',
                'ordering': ['community', 'kind', 'role'],
                'constraints': [models.UniqueConstraint(fields=('community', 'role', 'kind'), name='limit_is_one'), models.CheckConstraint(condition=models.Q(('amount_minor__gte', 0)), name='limit_is_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='LimitUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20, verbose_name='Act')),
                ('amount_minor', models.BigIntegerField(verbose_name='Amount')),
                ('at', models.DateTimeField(verbose_name='Time')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Person')),
            ],
            options={
                'verbose_name': 'Use of a limit',
                'verbose_name_plural': 'Uses of limits',
                'indexes': [models.Index(fields=['person', 'kind', 'community', 'at'], name='limit_use_of_the_day')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='limit_use_is_something')],
            },
        ),
        migrations.CreateModel(
            name='Request',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20, verbose_name='Act')),
                ('subject', models.CharField(max_length=80, verbose_name='Subject')),
                ('amount_minor', models.BigIntegerField(verbose_name='Amount')),
                ('currency', models.CharField(max_length=3, verbose_name='Currency')),
                ('details', models.JSONField(default=dict, verbose_name='Details')),
                ('reason', models.CharField(max_length=300, verbose_name='Reason')),
                ('asked_by_name', models.CharField(max_length=150, verbose_name='Person who asks')),
                ('asked_at', models.DateTimeField(verbose_name='Time of asking')),
                ('expires_at', models.DateTimeField(verbose_name='Until')),
                ('state', models.CharField(choices=[('open', 'Waiting'), ('approved', 'Approved and done'), ('refused', 'Refused'), ('failed', 'Not possible any more'), ('expired', 'Not decided in time')], default='open', max_length=10, verbose_name='State')),
                ('decided_by_name', models.CharField(blank=True, max_length=150, verbose_name='Decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='Decided at')),
                ('decision_reason', models.CharField(blank=True, max_length=300, verbose_name='Reason of the decision')),
                ('outcome', models.CharField(blank=True, max_length=300, verbose_name='Outcome')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Person who asks')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Decided by')),
            ],
            options={
                'verbose_name': 'Request for approval',
                'verbose_name_plural': 'Requests for approval',
                'ordering': ['-asked_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('community', 'kind', 'subject'), name='asked_for_once'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by', models.F('asked_by')), _negated=True), ('state', 'refused'), _connector='OR'), name='nobody_approves_own_request')],
            },
        ),
        migrations.CreateModel(
            name='RoleAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('administrator', 'Administrator'), ('bookkeeper', 'Bookkeeper'), ('collector', 'Collector'), ('approver', 'Approver'), ('technician', 'Technician'), ('auditor', 'Auditor')], max_length=20, verbose_name='Staff role')),
                ('given_at', models.DateTimeField(verbose_name='Given at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Ended at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles', to='estate.community', verbose_name='Community')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Ended by')),
                ('given_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Given by')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles', to=settings.AUTH_USER_MODEL, verbose_name='Person')),
            ],
            options={
                'verbose_name': 'Role of a person',
                'verbose_name_plural': 'Roles of people',
                'ordering': ['community', 'person', 'role', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('community', 'person', 'role'), name='role_is_held_once')],
            },
        ),
    ]
