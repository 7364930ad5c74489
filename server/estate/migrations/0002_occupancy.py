import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('phone', 'Phone'), ('email', 'E-mail'), ('wechat', 'WeChat message'), ('post', 'Postal address')], max_length=10, verbose_name='Kind')),
                ('value', models.CharField(max_length=200, verbose_name='Number or address')),
                ('consent_on', models.DateField(blank=True, null=True, verbose_name='Agreed on')),
                ('withdrawn_on', models.DateField(blank=True, null=True, verbose_name='Withdrawn on')),
            ],
            options={
                'verbose_name': 'Contact',
                'verbose_name_plural': 'Contacts',
                'ordering': ['community', 'resident', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Occupancy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('tenant', 'Tenant'), ('family', 'Family')], default='owner', max_length=10, verbose_name='Role')),
                ('since', models.DateField(blank=True, null=True, verbose_name='Since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='Last day')),
                ('pays', models.BooleanField(default=True, verbose_name='Pays')),
                ('pays_from', models.DateField(blank=True, null=True, verbose_name='Pays from')),
            ],
            options={
                'verbose_name': 'Occupancy',
                'verbose_name_plural': 'Occupancies',
                'ordering': ['community', 'unit', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Vehicle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plate', models.CharField(max_length=12, verbose_name='Plate')),
                ('since', models.DateField(blank=True, null=True, verbose_name='Since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='Last day')),
            ],
            options={
                'verbose_name': 'Vehicle',
                'verbose_name_plural': 'Vehicles',
                'ordering': ['community', 'plate'],
            },
        ),
        migrations.AddField(
            model_name='parkingspace',
            name='holding',
            field=models.CharField(choices=[('owned', 'Owned'), ('let', 'Let')], default='let', max_length=10, verbose_name='Holding'),
        ),
        migrations.AddField(
            model_name='parkingspace',
            name='since',
            field=models.DateField(blank=True, null=True, verbose_name='Since'),
        ),
        migrations.AddField(
            model_name='unit',
            name='kind',
            field=models.CharField(choices=[('home', 'Home'), ('shop', 'Shop'), ('office', 'Office'), ('parking', 'Parking space'), ('storage', 'Storage')], default='home', max_length=10, verbose_name='Kind'),
        ),
        migrations.AddField(
            model_name='unit',
            name='state',
            field=models.CharField(choices=[('occupied', 'Occupied'), ('vacant', 'Vacant'), ('unsold', 'Unsold'), ('decorated', 'Being decorated')], default='occupied', max_length=10, verbose_name='State'),
        ),
        migrations.AddIndex(
            model_name='resident',
            index=models.Index(fields=['community', 'name'], name='resident_by_name'),
        ),
        migrations.AddField(
            model_name='contact',
            name='community',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='estate.community', verbose_name='Community'),
        ),
        migrations.AddField(
            model_name='contact',
            name='resident',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='estate.resident', verbose_name='Resident'),
        ),
        migrations.AddField(
            model_name='occupancy',
            name='community',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='occupancies', to='estate.community', verbose_name='Community'),
        ),
        migrations.AddField(
            model_name='occupancy',
            name='resident',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='occupancies', to='estate.resident', verbose_name='Resident'),
        ),
        migrations.AddField(
            model_name='occupancy',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='occupancies', to='estate.unit', verbose_name='Unit'),
        ),
        migrations.AddField(
            model_name='vehicle',
            name='community',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vehicles', to='estate.community', verbose_name='Community'),
        ),
        migrations.AddField(
            model_name='vehicle',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vehicles', to='estate.unit', verbose_name='Unit'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.UniqueConstraint(fields=('resident', 'kind', 'value'), name='contact_once_a_resident'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_on__isnull', True), models.Q(('consent_on__isnull', False), ('withdrawn_on__gte', models.F('consent_on'))), _connector='OR'), name='contact_withdrawn_after_consent'),
        ),
        migrations.AddConstraint(
            model_name='occupancy',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('since__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='occupancy_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='occupancy',
            constraint=models.CheckConstraint(condition=models.Q(('pays', True), ('pays_from__isnull', True), _connector='OR'), name='occupancy_pays_from_when_it_pays'),
        ),
        migrations.AddConstraint(
            model_name='occupancy',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('unit', 'resident', 'role'), name='occupancy_goes_on_once'),
        ),
        migrations.AddConstraint(
            model_name='vehicle',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('since__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='vehicle_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='vehicle',
            constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('community', 'plate'), name='vehicle_plate_once_at_a_time'),
        ),
    ]
