import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('standards', 'Fee standards'), ('services', 'Services'), ('common', 'Income and expense of common areas'), ('energy', 'Shared energy and its split'), ('repair', 'Repair fund')], max_length=10, verbose_name='Kind')),
                ('period', models.CharField(max_length=10, verbose_name='Quarter or first day')),
                ('version', models.PositiveSmallIntegerField(verbose_name='Version')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('public', 'Public'), ('replaced', 'Replaced by a later version'), ('withdrawn', 'Draft given up')], default='draft', max_length=10, verbose_name='State')),
                ('rows', models.JSONField(default=list, verbose_name='Rows')),
                ('note_zh', models.CharField(blank=True, max_length=300, verbose_name='Note (Chinese)')),
                ('note_en', models.CharField(blank=True, max_length=500, verbose_name='Note (English)')),
                ('drafted_by', models.CharField(max_length=150, verbose_name='Drafted by')),
                ('drafted_at', models.DateTimeField(verbose_name='Drafted at')),
                ('public_at', models.DateTimeField(blank=True, null=True, verbose_name='Public since')),
                ('paper', models.BinaryField(blank=True, null=True, verbose_name='PDF for the notice board')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Publication',
                'verbose_name_plural': 'Publications',
                'ordering': ['community', 'kind', '-period', '-version'],
                'constraints': [models.UniqueConstraint(fields=('community', 'kind', 'period', 'version'), name='publication_version_once'), models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('community', 'kind', 'period'), name='publication_drafted_once'), models.UniqueConstraint(condition=models.Q(('state', 'public')), fields=('community', 'kind', 'period'), name='publication_public_once')],
            },
        ),
    ]
