import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '__first__'),
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='RequestCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('last', models.PositiveIntegerField(default=0, verbose_name='Last number')),
                ('community', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='service_request_count', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Count of service requests',
                'verbose_name_plural': 'Counts of service requests',
            },
        ),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('repair', 'Repair'), ('complaint', 'Complaint'), ('question', 'Question'), ('praise', 'Praise'), ('invoice', 'Tax invoice')], max_length=10, verbose_name='Kind')),
                ('name_zh', models.CharField(max_length=20, verbose_name='Topic (Chinese)')),
                ('name_en', models.CharField(max_length=40, verbose_name='Topic (English)')),
                ('priority', models.PositiveSmallIntegerField(choices=[(1, 'Urgent'), (2, 'Usual'), (3, 'Can wait')], default=2, verbose_name='Priority')),
                ('answer_hours', models.PositiveSmallIntegerField(default=48, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1440)], verbose_name='To be answered within, hours')),
                ('phrases_zh', models.TextField(blank=True, verbose_name='Usual words, a line each (Chinese)')),
                ('phrases_en', models.TextField(blank=True, verbose_name='Usual words, a line each (English)')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='No longer offered since')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='service_topics', to='estate.community', verbose_name='Community')),
                ('goes_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='Goes to')),
            ],
            options={
                'verbose_name': 'Topic of service requests',
                'verbose_name_plural': 'Topics of service requests',
                'ordering': ['community', 'priority', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('community', 'kind', 'name_zh'), name='service_topic_once')],
            },
        ),
        migrations.CreateModel(
            name='ServiceRequest',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('page', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="Resident's page")),
                ('number', models.CharField(max_length=12, verbose_name='Number of the request')),
                ('wish', models.UUIDField(unique=True, verbose_name='Form')),
                ('origin', models.CharField(choices=[('phone', 'By phone page'), ('kiosk', 'At a kiosk'), ('desk', 'At the desk')], max_length=10, verbose_name='Came in')),
                ('kiosk_code', models.CharField(blank=True, max_length=8, verbose_name='Kiosk')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='Telephone')),
                ('state', models.CharField(choices=[('new', 'Taken in'), ('in_hand', 'In hand'), ('answered', 'Answered'), ('closed', 'Closed'), ('joined', 'Joined to another')], default='new', max_length=10, verbose_name='State')),
                ('priority', models.PositiveSmallIntegerField(choices=[(1, 'Urgent'), (2, 'Usual'), (3, 'Can wait')], verbose_name='Priority')),
                ('opened_at', models.DateTimeField(verbose_name='Came in at')),
                ('due_at', models.DateTimeField(verbose_name='To be answered by')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='First answered at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Ended at')),
                ('opened_again', models.PositiveSmallIntegerField(default=0, verbose_name='Opened again')),
                ('vote', models.PositiveSmallIntegerField(blank=True, choices=[(3, 'Satisfied'), (2, 'So-so'), (1, 'Not satisfied')], null=True, verbose_name='Vote')),
                ('voted_at', models.DateTimeField(blank=True, null=True, verbose_name='Voted at')),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='In hand of')),
                ('because_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='call_backs', to='service_requests.servicerequest', verbose_name='Because of a low vote on')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='service_requests', to='estate.community', verbose_name='Community')),
                ('joined_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='joined', to='service_requests.servicerequest', verbose_name='Goes on in')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='service_requests', to='estate.unit', verbose_name='Unit')),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='service_requests.topic', verbose_name='Topic of service requests')),
            ],
            options={
                'verbose_name': 'Service request',
                'verbose_name_plural': 'Service requests',
                'ordering': ['priority', 'due_at', 'number'],
                'indexes': [models.Index(fields=['community', 'state', 'due_at'], name='service_by_state'), models.Index(fields=['unit', '-opened_at'], name='service_of_unit'), models.Index(fields=['topic', '-opened_at'], name='service_of_topic')],
                'constraints': [models.UniqueConstraint(fields=('community', 'number'), name='service_number_once'), models.CheckConstraint(condition=models.Q(('joined_to', None), ('state', 'joined'), _connector='XOR'), name='joined_request_names_another')],
            },
        ),
        migrations.CreateModel(
            name='Route',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Ended at')),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.building', verbose_name='Building')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('goes_to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Goes to')),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='routes', to='service_requests.topic', verbose_name='Topic of service requests')),
            ],
            options={
                'verbose_name': 'Route of service requests',
                'verbose_name_plural': 'Routes of service requests',
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('topic', 'building'), name='service_route_once')],
            },
        ),
        migrations.CreateModel(
            name='Word',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.CharField(blank=True, max_length=150, verbose_name='By')),
                ('inside', models.BooleanField(default=False, verbose_name='Among staff only')),
                ('text', models.TextField(blank=True, max_length=1000, verbose_name='Words')),
                ('at', models.DateTimeField(verbose_name='At')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='service_requests.servicerequest', verbose_name='Service request')),
            ],
            options={
                'verbose_name': 'Word of a service request',
                'verbose_name_plural': 'Words of service requests',
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kept_at', models.DateTimeField(db_index=True, verbose_name='Kept at')),
                ('content', models.BinaryField(verbose_name='Content of the photo')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('word', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='service_requests.word', verbose_name='Word of a service request')),
            ],
            options={
                'verbose_name': 'Photo of a service request',
                'verbose_name_plural': 'Photos of service requests',
                'ordering': ['pk'],
            },
        ),
    ]
