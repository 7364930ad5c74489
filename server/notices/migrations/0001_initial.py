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
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Notice',
                'verbose_name_plural': 'Notices',
                'ordering': ['community', '-show_from', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('show_until__gte', models.F('show_from'))), name='notice_ends_after_it_begins', violation_error_message='It ends before it begins')],
            },
        ),
    ]
