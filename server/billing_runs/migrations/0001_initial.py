import django.core.validators
import django.db.models.deletion
import server.billing.periods
import server.billing_runs.models
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='BillingRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', server.billing.periods.PeriodField(max_length=7, verbose_name='Period')),
                ('items', models.JSONField(blank=True, null=True, verbose_name='Fee items')),
                ('issued_on', models.DateField(verbose_name='Issued on')),
                ('due', models.DateField(verbose_name='Due')),
                ('state', models.CharField(choices=[('open', 'Going on'), ('done', 'Finished'), ('cancelled', 'Cancelled')], default='open', max_length=10, verbose_name='State')),
                ('cancel_asked', models.BooleanField(default=False, verbose_name='Cancellation asked for')),
                ('position', models.JSONField(blank=True, default=server.billing_runs.models.nothing, verbose_name='How far it has come')),
                ('of_units', models.PositiveIntegerField(default=0, verbose_name='Units of the community')),
                ('units', models.PositiveIntegerField(default=0, verbose_name='Units')),
                ('bills', models.PositiveIntegerField(default=0, verbose_name='Bills')),
                ('lines', models.PositiveIntegerField(default=0, verbose_name='Lines')),
                ('total_minor', models.BigIntegerField(default=0, verbose_name='Amount (minor units)')),
                ('by_item', models.JSONField(blank=True, default=server.billing_runs.models.nothing, verbose_name='By fee item')),
                ('basis', models.JSONField(blank=True, default=server.billing_runs.models.nothing, verbose_name='Basis of shared costs')),
                ('begun_by', models.CharField(max_length=150, verbose_name='Begun by')),
                ('begun_at', models.DateTimeField(verbose_name='Run begun at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Run ended at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='billing_runs', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Billing run',
                'verbose_name_plural': 'Billing runs',
                'ordering': ['-begun_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('community', 'period'), name='billing_run_goes_on_once'), models.CheckConstraint(condition=models.Q(('period__gte', '2000-01'), ('period__length', 7), ('period__lte', '2099-12')), name='billing_run_has_a_period'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='billing_run_ends_once')],
            },
        ),
        migrations.CreateModel(
            name='BillingTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_months', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MaxValueValidator(12)], verbose_name='Due so many months after the period')),
                ('due_day', models.PositiveSmallIntegerField(default=31, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(31)], verbose_name='Due on day')),
                ('odd_percent', models.DecimalField(decimal_places=2, default=Decimal('50'), max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('1'))], verbose_name='Odd when it differs by more percent')),
                ('community', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='billing_terms', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Billing terms',
                'verbose_name_plural': 'Billing terms',
                'constraints': [models.CheckConstraint(condition=models.Q(('due_day__gte', 1), ('due_day__lte', 31), ('due_months__lte', 12), ('odd_percent__gt', 0)), name='billing_terms_name_a_day')],
            },
        ),
        migrations.CreateModel(
            name='DueRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', server.billing.periods.PeriodField(max_length=7, verbose_name='Period')),
                ('items', models.JSONField(blank=True, null=True, verbose_name='Fee items')),
                ('state', models.CharField(choices=[('reckoned', 'Being reckoned'), ('waiting', 'To be confirmed'), ('made', 'Made'), ('nothing', 'Nothing to make'), ('left_out', 'Left out')], default='reckoned', max_length=10, verbose_name='State')),
                ('figures', models.JSONField(blank=True, default=dict, verbose_name='Figures')),
                ('due_on', models.DateField(verbose_name='Due on')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='due_runs', to='estate.community', verbose_name='Community')),
                ('run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing_runs.billingrun', verbose_name='Billing run')),
            ],
            options={
                'verbose_name': 'Month of a schedule',
                'verbose_name_plural': 'Months of schedules',
                'ordering': ['-period'],
                'constraints': [models.UniqueConstraint(fields=('community', 'period'), name='due_run_once'), models.CheckConstraint(condition=models.Q(('period__gte', '2000-01'), ('period__length', 7), ('period__lte', '2099-12')), name='due_run_has_a_period')],
            },
        ),
        migrations.CreateModel(
            name='RunPreview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', server.billing.periods.PeriodField(max_length=7, verbose_name='Period')),
                ('items', models.JSONField(blank=True, null=True, verbose_name='Fee items')),
                ('of_units', models.PositiveIntegerField(default=0, verbose_name='Units of the community')),
                ('figures', models.JSONField(blank=True, null=True, verbose_name='Figures')),
                ('groups', models.JSONField(blank=True, default=list, verbose_name='Remarks')),
                ('blocked', models.PositiveIntegerField(default=0, verbose_name='Blocked')),
                ('asked_by', models.CharField(max_length=150, verbose_name='Asked by')),
                ('asked_at', models.DateTimeField(verbose_name='Asked at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='run_previews', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Preview of a billing run',
                'verbose_name_plural': 'Previews of billing runs',
                'ordering': ['-asked_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('period__gte', '2000-01'), ('period__length', 7), ('period__lte', '2099-12')), name='run_preview_has_a_period')],
            },
        ),
        migrations.CreateModel(
            name='RunRemark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.CharField(blank=True, max_length=30, verbose_name='Fee item')),
                ('blocks', models.BooleanField(verbose_name='Blocks the bill')),
                ('code', models.CharField(max_length=30, verbose_name='Code')),
                ('reason_zh', models.TextField(verbose_name='What it says (Chinese)')),
                ('reason_en', models.TextField(verbose_name='What it says (English)')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='remarks', to='billing_runs.billingrun', verbose_name='Billing run')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.unit', verbose_name='Unit')),
            ],
            options={
                'verbose_name': 'Remark of a billing run',
                'verbose_name_plural': 'Remarks of billing runs',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(31)], verbose_name='On day')),
                ('ahead', models.SmallIntegerField(validators=[django.core.validators.MinValueValidator(-1), django.core.validators.MaxValueValidator(1)], verbose_name='Of which month')),
                ('items', models.JSONField(blank=True, null=True, verbose_name='Fee items')),
                ('automatic', models.BooleanField(default=False, verbose_name='Made at once if nothing is blocked')),
                ('active', models.BooleanField(default=True, verbose_name='Active')),
                ('since', models.DateField(verbose_name='Since')),
                ('set_by', models.CharField(max_length=150, verbose_name='Set by')),
                ('community', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='billing_schedule', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Monthly schedule',
                'verbose_name_plural': 'Monthly schedules',
                'constraints': [models.CheckConstraint(condition=models.Q(('ahead__gte', -1), ('ahead__lte', 1), ('day__gte', 1), ('day__lte', 31)), name='billing_schedule_names_a_day')],
            },
        ),
    ]
