
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('estate', '0002_zones_and_currencies'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerUnitCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=35, verbose_name='曾用代码 Former code')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='小区 Community')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='former_codes', to='estate.unit', verbose_name='房屋 Unit')),
            ],
            options={
                'verbose_name': '曾用代码 Former code',
                'verbose_name_plural': '曾用代码 Former codes',
                'constraints': [models.UniqueConstraint(fields=('community', 'code'), name='former_code_once')],
            },
        ),
    ]
