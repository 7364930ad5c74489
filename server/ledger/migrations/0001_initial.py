import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, verbose_name='Code')),
                ('kind', models.CharField(choices=[('asset', 'Asset'), ('liability', 'Liability'), ('income', 'Income'), ('expense', 'Expense')], max_length=10, verbose_name='Kind')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Account',
                'verbose_name_plural': 'Accounts',
                'ordering': ['community', 'code'],
                'constraints': [models.UniqueConstraint(fields=('community', 'code'), name='account_code_once')],
            },
        ),
        migrations.CreateModel(
            name='Transaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30, verbose_name='Kind')),
                ('reference', models.CharField(max_length=80, verbose_name='Reference')),
                ('currency', models.CharField(max_length=3, verbose_name='Currency')),
                ('debit_minor', models.BigIntegerField(verbose_name='Debits')),
                ('credit_minor', models.BigIntegerField(verbose_name='Credits')),
                ('posted_at', models.DateTimeField(verbose_name='Posted at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Transaction',
                'verbose_name_plural': 'Transactions',
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(fields=('community', 'kind', 'reference'), name='transaction_happens_once'), models.CheckConstraint(condition=models.Q(('debit_minor', models.F('credit_minor')), ('debit_minor__gt', 0)), name='transaction_balances')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_minor', models.BigIntegerField(verbose_name='Amount (debit +)')),
                ('bill_number', models.CharField(blank=True, max_length=40, verbose_name='Bill')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.account', verbose_name='Account')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.unit', verbose_name='Unit')),
                ('transaction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.transaction', verbose_name='Transaction')),
            ],
            options={
                'verbose_name': 'Entry',
                'verbose_name_plural': 'Entries',
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['account', 'bill_number'], name='entry_by_bill'), models.Index(fields=['account', 'unit'], name='entry_of_unit')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='entry_is_not_zero')],
            },
        ),
    ]
