import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import server.estate.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Community',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=20, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9]([a-z0-9-]*[a-z0-9])?$', 'Small letters, digits and hyphens only')], verbose_name='Code')),
                ('name_zh', models.CharField(max_length=60, verbose_name='Name (Chinese)')),
                ('name_en', models.CharField(max_length=80, verbose_name='Name (English)')),
                ('currency', server.estate.fields.CurrencyField(default='CNY', max_length=3, verbose_name='Currency')),
                ('time_zone', server.estate.fields.TimeZoneField(default='Asia/Shanghai', max_length=40, verbose_name='Time zone')),
                ('test', models.BooleanField(default=False, verbose_name='Test community')),
                ('office_phone', models.CharField(blank=True, max_length=30, verbose_name='Office phone')),
                ('office_hours_zh', models.CharField(blank=True, max_length=60, verbose_name='Office hours (Chinese)')),
                ('office_hours_en', models.CharField(blank=True, max_length=80, verbose_name='Office hours (English)')),
                ('office_opens', models.TimeField(blank=True, null=True, verbose_name='Office opens')),
                ('office_closes', models.TimeField(blank=True, null=True, verbose_name='Office closes')),
                ('duty_phone', models.CharField(blank=True, help_text='Kiosks name it while the office is closed', max_length=30, verbose_name='Duty phone')),
                ('company_zh', models.CharField(blank=True, max_length=80, verbose_name='Company (Chinese)')),
                ('company_en', models.CharField(blank=True, max_length=120, verbose_name='Company (English)')),
                ('second_factor', models.BooleanField(default=True, verbose_name="Ask for phone's last four")),
                ('top_up_max_minor', models.BigIntegerField(default=500000, help_text='Nought: nobody can pay in credit at a kiosk', validators=[django.core.validators.MinValueValidator(0)], verbose_name='Most credit paid in at a kiosk at once')),
                ('part_min_minor', models.BigIntegerField(default=0, help_text='Nought: bills are paid whole', validators=[django.core.validators.MinValueValidator(0)], verbose_name='Smallest part of a bill paid at a kiosk')),
                ('phone_pays', models.BooleanField(db_default=True, default=True, verbose_name='Bills paid on phones')),
                ('numbering', server.estate.fields.NumberingField(default=server.estate.fields.default_numbering, verbose_name='Numbering of units')),
                ('late_success', models.CharField(choices=[('refund', 'Refund'), ('credit', 'Credit to the unit')], default='refund', max_length=10, verbose_name='Late money')),
            ],
            options={
                'verbose_name': 'Community',
                'verbose_name_plural': 'Communities',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('currency__in', ['AED', 'AFN', 'ALL', 'AMD', 'AOA', 'ARS', 'AUD', 'AWG', 'AZN', 'BAM', 'BBD', 'BDT', 'BHD', 'BIF', 'BMD', 'BND', 'BOB', 'BRL', 'BSD', 'BTN', 'BWP', 'BYN', 'BZD', 'CAD', 'CDF', 'CHF', 'CLP', 'CNY', 'COP', 'CRC', 'CUP', 'CVE', 'CZK', 'DJF', 'DKK', 'DOP', 'DZD', 'EGP', 'ERN', 'ETB', 'EUR', 'FJD', 'FKP', 'GBP', 'GEL', 'GHS', 'GIP', 'GMD', 'GNF', 'GTQ', 'GYD', 'HKD', 'HNL', 'HTG', 'HUF', 'IDR', 'ILS', 'INR', 'IQD', 'IRR', 'ISK', 'JMD', 'JOD', 'JPY', 'KES', 'KGS', 'KHR', 'KMF', 'KPW', 'KRW', 'KWD', 'KYD', 'KZT', 'LAK', 'LBP', 'LKR', 'LRD', 'LSL', 'LYD', 'MAD', 'MDL', 'MGA', 'MKD', 'MMK', 'MNT', 'MOP', 'MRU', 'MUR', 'MVR', 'MWK', 'MXN', 'MYR', 'MZN', 'NAD', 'NGN', 'NIO', 'NOK', 'NPR', 'NZD', 'OMR', 'PAB', 'PEN', 'PGK', 'PHP', 'PKR', 'PLN', 'PYG', 'QAR', 'RON', 'RSD', 'RUB', 'RWF', 'SAR', 'SBD', 'SCR', 'SDG', 'SEK', 'SGD', 'SHP', 'SLE', 'SOS', 'SRD', 'SSP', 'STN', 'SYP', 'SZL', 'THB', 'TJS', 'TMT', 'TND', 'TOP', 'TRY', 'TTD', 'TWD', 'TZS', 'UAH', 'UGX', 'USD', 'UYU', 'UZS', 'VES', 'VND', 'VUV', 'WST', 'XAF', 'XCD', 'XCG', 'XOF', 'XPF', 'YER', 'ZAR', 'ZMW', 'ZWG'])), name='community_currency_is_one')],
            },
        ),
        migrations.CreateModel(
            name='Building',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=8, verbose_name='Building code')),
                ('natural_key', models.CharField(db_default='', default='', editable=False, max_length=255, verbose_name='Order')),
                ('name_zh', models.CharField(max_length=40, verbose_name='Name (Chinese)')),
                ('name_en', models.CharField(max_length=60, verbose_name='Name (English)')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='buildings', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Building',
                'verbose_name_plural': 'Buildings',
                'ordering': ['community', 'natural_key'],
                'constraints': [models.UniqueConstraint(fields=('community', 'code'), name='building_code_once')],
            },
        ),
        migrations.CreateModel(
            name='Resident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='Full name')),
                ('phone', models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('^[0-9+][0-9 ()-]{3,18}[0-9]$', 'Not a phone number')], verbose_name='Phone')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='residents', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Resident',
                'verbose_name_plural': 'Residents',
                'ordering': ['community', 'pk'],
                'indexes': [models.Index(fields=['community', 'name'], name='resident_by_name')],
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('phone', 'Phone'), ('email', 'E-mail'), ('wechat', 'WeChat message'), ('post', 'Postal address')], max_length=10, verbose_name='Kind')),
                ('value', models.CharField(max_length=200, verbose_name='Number or address')),
                ('consent_on', models.DateField(blank=True, null=True, verbose_name='Agreed on')),
                ('withdrawn_on', models.DateField(blank=True, null=True, verbose_name='Withdrawn on')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='estate.community', verbose_name='Community')),
                ('resident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='estate.resident', verbose_name='Resident')),
            ],
            options={
                'verbose_name': 'Contact',
                'verbose_name_plural': 'Contacts',
                'ordering': ['community', 'resident', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('resident', 'kind', 'value'), name='contact_once_a_resident'), models.CheckConstraint(condition=models.Q(('withdrawn_on__isnull', True), models.Q(('consent_on__isnull', False), ('withdrawn_on__gte', models.F('consent_on'))), _connector='OR'), name='contact_withdrawn_after_consent')],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entrance', models.CharField(blank=True, max_length=8, verbose_name='Entrance')),
                ('room', models.CharField(max_length=8, verbose_name='Room')),
                ('code', models.CharField(max_length=35, validators=[django.core.validators.RegexValidator('^[0-9A-Za-z]{1,8}(-[0-9A-Za-z]{1,8}){0,3}$')], verbose_name='Unit code')),
                ('natural_key', models.CharField(db_default='', default='', editable=False, max_length=255, verbose_name='Order')),
                ('label_zh', models.CharField(max_length=60, verbose_name='Label (Chinese)')),
                ('label_en', models.CharField(max_length=80, verbose_name='Label (English)')),
                ('area_m2', models.DecimalField(decimal_places=2, max_digits=8, validators=[django.core.validators.MinValueValidator(0)], verbose_name='Area (m²)')),
                ('kind', models.CharField(choices=[('home', 'Home'), ('shop', 'Shop'), ('office', 'Office'), ('parking', 'Parking space'), ('storage', 'Storage')], default='home', max_length=10, verbose_name='Kind')),
                ('state', models.CharField(choices=[('occupied', 'Occupied'), ('vacant', 'Vacant'), ('unsold', 'Unsold'), ('decorated', 'Being decorated')], default='occupied', max_length=10, verbose_name='State')),
                ('begins', models.DateField(blank=True, editable=False, null=True, verbose_name='Exists from')),
                ('ends', models.DateField(blank=True, editable=False, null=True, verbose_name='Exists until before')),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='estate.building', verbose_name='Building')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='estate.community', verbose_name='Community')),
                ('merged_into', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='estate.unit', verbose_name='Merged into')),
                ('split_from', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='estate.unit', verbose_name='Split from')),
            ],
            options={
                'verbose_name': 'Unit',
                'verbose_name_plural': 'Units',
                'ordering': ['community', 'natural_key'],
                'indexes': [models.Index(fields=['community', 'natural_key'], name='unit_in_order'), models.Index(django.db.models.functions.text.Upper('code'), name='unit_by_code')],
                'constraints': [models.UniqueConstraint(fields=('community', 'code'), name='unit_code_once'), models.CheckConstraint(condition=models.Q(('area_m2__gte', 0)), name='unit_area_is_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('ends__isnull', True), ('merged_into__isnull', True)), models.Q(('ends__isnull', False), ('merged_into__isnull', False)), _connector='OR'), name='unit_that_ends_was_merged')],
            },
        ),
        migrations.CreateModel(
            name='ParkingSpace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=16, verbose_name='Space number')),
                ('holding', models.CharField(choices=[('owned', 'Owned'), ('let', 'Let')], default='let', max_length=10, verbose_name='Holding')),
                ('since', models.DateField(blank=True, null=True, verbose_name='Since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='Last day')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parking_spaces', to='estate.community', verbose_name='Community')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parking_spaces', to='estate.unit', verbose_name='Unit')),
            ],
            options={
                'verbose_name': 'Parking space',
                'verbose_name_plural': 'Parking spaces',
                'ordering': ['community', 'code'],
                'constraints': [models.UniqueConstraint(fields=('community', 'code'), name='parking_space_once'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('since__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='parking_space_ends_after_it_begins')],
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
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='occupancies', to='estate.community', verbose_name='Community')),
                ('resident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='occupancies', to='estate.resident', verbose_name='Resident')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='occupancies', to='estate.unit', verbose_name='Unit')),
            ],
            options={
                'verbose_name': 'Occupancy',
                'verbose_name_plural': 'Occupancies',
                'ordering': ['community', 'unit', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('since__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='occupancy_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('pays', True), ('pays_from__isnull', True), _connector='OR'), name='occupancy_pays_from_when_it_pays'), models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('unit', 'resident', 'role'), name='occupancy_goes_on_once')],
            },
        ),
        migrations.CreateModel(
            name='FormerUnitCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=35, verbose_name='Former code')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='former_codes', to='estate.unit', verbose_name='Unit')),
            ],
            options={
                'verbose_name': 'Former code',
                'verbose_name_plural': 'Former codes',
                'constraints': [models.UniqueConstraint(fields=('community', 'code'), name='former_code_once')],
            },
        ),
        migrations.CreateModel(
            name='FormerHolding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('holding', models.CharField(choices=[('owned', 'Owned'), ('let', 'Let')], max_length=10, verbose_name='Holding')),
                ('since', models.DateField(blank=True, null=True, verbose_name='Since')),
                ('until', models.DateField(verbose_name='Last day')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='former', to='estate.parkingspace', verbose_name='Parking space')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='former_holdings', to='estate.unit', verbose_name='Unit')),
            ],
            options={
                'verbose_name': 'Former holding',
                'verbose_name_plural': 'Former holdings',
                'ordering': ['space', 'until'],
            },
        ),
        migrations.CreateModel(
            name='FormerArea',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area_m2', models.DecimalField(decimal_places=2, max_digits=8, verbose_name='Area (m²)')),
                ('until', models.DateField(verbose_name='Last day')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='former_areas', to='estate.unit', verbose_name='Unit')),
            ],
            options={
                'verbose_name': 'Former area',
                'verbose_name_plural': 'Former areas',
                'ordering': ['unit', 'until'],
                'constraints': [models.UniqueConstraint(fields=('unit', 'until'), name='former_area_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Vehicle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plate', models.CharField(max_length=12, verbose_name='Plate')),
                ('kind', models.CharField(choices=[('car', 'Car'), ('motorcycle', 'Motorcycle'), ('e_bike', 'Electric bicycle'), ('other', 'Other')], default='car', max_length=10, verbose_name='Kind of vehicle')),
                ('since', models.DateField(blank=True, null=True, verbose_name='Since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='Last day')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vehicles', to='estate.community', verbose_name='Community')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='vehicles', to='estate.resident', verbose_name='Owner of the vehicle')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vehicles', to='estate.unit', verbose_name='Unit')),
            ],
            options={
                'verbose_name': 'Vehicle',
                'verbose_name_plural': 'Vehicles',
                'ordering': ['community', 'plate'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('since__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='vehicle_ends_after_it_begins'), models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('community', 'plate'), name='vehicle_plate_once_at_a_time')],
            },
        ),
    ]
