import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title_zh', models.CharField(max_length=60, verbose_name='Title (Chinese)')),
                ('title_en', models.CharField(max_length=100, verbose_name='Title (English)')),
                ('body_zh', models.TextField(verbose_name='Body (Chinese)')),
                ('body_en', models.TextField(verbose_name='Body (English)')),
                ('show_from', models.DateField(verbose_name='Shown from')),
                ('show_until', models.DateField(verbose_name='Shown until')),
                ('kinds', models.JSONField(blank=True, default=list, verbose_name='Kinds of unit')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='Version')),
                ('taken_down_at', models.DateTimeField(blank=True, null=True, verbose_name='Taken down at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Notice',
                'verbose_name_plural': 'Notices',
                'ordering': ['community', '-show_from', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('show_until__gte', models.F('show_from'))), name='notice_ends_after_it_begins', violation_error_message='It ends before it begins')],
            },
        ),
        migrations.CreateModel(
            name='NoticePlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.building', verbose_name='Building')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='notices.notice', verbose_name='Notice')),
            ],
            options={
                'verbose_name': 'Building of a notice',
                'verbose_name_plural': 'Buildings of notices',
                'ordering': ['notice', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('notice', 'building'), name='notice_place_once')],
            },
        ),
    ]
