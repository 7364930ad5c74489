import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='EstateFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='File')),
                ('token', models.CharField(max_length=32, unique=True, verbose_name='Token')),
                ('account', models.BigIntegerField(verbose_name='Account')),
                ('sent_by', models.CharField(max_length=150, verbose_name='Sent by')),
                ('sent_at', models.DateTimeField(verbose_name='Sent at')),
                ('state', models.CharField(choices=[('checking', 'Being checked'), ('in_order', 'In order'), ('wrong', 'With mistakes'), ('importing', 'Being imported'), ('imported', 'Imported'), ('stopped', 'Stopped'), ('gone', 'Deleted after a day')], default='checking', max_length=10, verbose_name='State')),
                ('counts', models.JSONField(blank=True, default=dict, verbose_name='Figures')),
                ('problem_count', models.PositiveIntegerField(default=0, verbose_name='Mistakes')),
                ('ignored_sheets', models.JSONField(blank=True, default=list, verbose_name='Sheets not looked at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='estate_files', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Excel file of an estate',
                'verbose_name_plural': 'Excel files of estates',
                'ordering': ['-sent_at', '-pk'],
            },
        ),
    ]
