import datetime
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('appid', models.CharField(max_length=32, verbose_name='AppID of the official account')),
                ('sealed', models.TextField(blank=True, verbose_name='Access token, sealed')),
                ('good_until', models.DateTimeField(verbose_name='Good until')),
                ('renewing_until', models.DateTimeField(blank=True, null=True, verbose_name='Being renewed until')),
                ('community', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Access token of an official account',
                'verbose_name_plural': 'Access tokens of official accounts',
            },
        ),
        migrations.CreateModel(
            name='Happening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('bill', 'New bill'), ('paid', 'Payment received'), ('answered', 'Request answered'), ('outage', 'Kiosks closed for a while')], max_length=10, verbose_name='Kind')),
                ('subject', models.CharField(max_length=80, verbose_name='Subject')),
                ('at', models.DateTimeField(verbose_name='At')),
                ('spread_at', models.DateTimeField(blank=True, null=True, verbose_name='Messages made at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.unit', verbose_name='Unit')),
            ],
            options={
                'verbose_name': 'What is to be told',
                'verbose_name_plural': 'What is to be told',
                'ordering': ['pk'],
                'indexes': [models.Index(condition=models.Q(('spread_at', None)), fields=['id'], name='happening_to_spread'), models.Index(fields=['spread_at'], name='happening_by_time')],
                'constraints': [models.UniqueConstraint(fields=('community', 'kind', 'subject'), name='told_of_it_once')],
            },
        ),
        migrations.CreateModel(
            name='MessageTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kinds', models.JSONField(default=list, verbose_name='What is told')),
                ('ways', models.JSONField(default=list, verbose_name='Ways')),
                ('quiet_from', models.TimeField(default=datetime.time(20, 0), verbose_name='Quiet from')),
                ('quiet_until', models.TimeField(default=datetime.time(9, 0), verbose_name='Quiet until')),
                ('per_day', models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)], verbose_name='Messages to one person a day')),
                ('language', models.CharField(choices=[('zh', 'Chinese'), ('en', 'English')], default='zh', max_length=2, verbose_name='Language where nobody said')),
                ('provider', models.CharField(blank=True, choices=[('aliyun', 'Alibaba Cloud'), ('tencent', 'Tencent Cloud')], max_length=8, verbose_name='Provider of text messages')),
                ('key_id', models.CharField(blank=True, max_length=80, verbose_name='Id of the access key')),
                ('secret', models.TextField(blank=True, verbose_name='Secret, sealed')),
                ('sign_name', models.CharField(blank=True, max_length=40, verbose_name='Approved signature')),
                ('app_id', models.CharField(blank=True, max_length=20, verbose_name='Id of the application')),
                ('templates', models.JSONField(default=dict, verbose_name='Codes of templates')),
                ('wechat_appid', models.CharField(blank=True, max_length=32, verbose_name='AppID of the official account')),
                ('wechat_secret', models.TextField(blank=True, verbose_name='AppSecret, sealed')),
                ('wechat_token', models.TextField(blank=True, verbose_name='Token of events, sealed')),
                ('wechat_templates', models.JSONField(default=dict, verbose_name='Templates of the official account')),
                ('community', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='message_terms', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Terms of messages to residents',
                'verbose_name_plural': 'Terms of messages to residents',
            },
        ),
        migrations.CreateModel(
            name='MessageWish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('zh', 'Chinese'), ('en', 'English')], max_length=2, verbose_name='Language')),
                ('way', models.CharField(choices=[('sms', 'Text message'), ('mail', 'Mail'), ('wechat', 'WeChat')], max_length=8, verbose_name='Way')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('resident', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='message_wish', to='estate.resident', verbose_name='Resident')),
            ],
            options={
                'verbose_name': 'Wish about messages',
                'verbose_name_plural': 'Wishes about messages',
            },
        ),
        migrations.CreateModel(
            name='ProviderTrouble',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(max_length=48, verbose_name='Provider')),
                ('failures', models.PositiveIntegerField(default=0, verbose_name='Failures in a row')),
                ('last_at', models.DateTimeField(verbose_name='Last failed at')),
                ('said', models.CharField(blank=True, max_length=200, verbose_name='Its answer')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
            ],
            options={
                'verbose_name': 'Trouble with a provider',
                'verbose_name_plural': 'Troubles with providers',
                'constraints': [models.UniqueConstraint(fields=('community', 'provider'), name='provider_trouble_once')],
            },
        ),
        migrations.CreateModel(
            name='ResidentMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('bill', 'New bill'), ('paid', 'Payment received'), ('answered', 'Request answered'), ('outage', 'Kiosks closed for a while')], max_length=10, verbose_name='Kind')),
                ('way', models.CharField(choices=[('sms', 'Text message'), ('mail', 'Mail'), ('wechat', 'WeChat')], max_length=8, verbose_name='Way')),
                ('language', models.CharField(choices=[('zh', 'Chinese'), ('en', 'English')], max_length=2, verbose_name='Language')),
                ('masked', models.CharField(max_length=80, verbose_name='Number or address')),
                ('digest', models.CharField(max_length=64, verbose_name='Digest of the address')),
                ('sealed', models.TextField(blank=True, verbose_name='Address, sealed')),
                ('values', models.JSONField(default=dict, verbose_name='Values')),
                ('state', models.CharField(choices=[('waiting', 'Waits to be sent'), ('sending', 'Not known whether it went out'), ('sent', 'Handed over'), ('delivered', 'Arrived'), ('refused', 'Message refused'), ('failed', 'Could not be sent'), ('dropped', 'Not needed any more')], default='waiting', max_length=10, verbose_name='State')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='Attempts')),
                ('made_at', models.DateTimeField(verbose_name='Message made at')),
                ('due_at', models.DateTimeField(verbose_name='Due at')),
                ('useless_at', models.DateTimeField(verbose_name='Useless from')),
                ('changed_at', models.DateTimeField(verbose_name='Changed at')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='Handed over at')),
                ('ask_at', models.DateTimeField(blank=True, null=True, verbose_name='Receipt asked for at')),
                ('provider', models.CharField(blank=True, max_length=8, verbose_name='Provider of text messages')),
                ('receipt', models.CharField(blank=True, max_length=64, verbose_name='Number at the provider')),
                ('answer', models.CharField(blank=True, max_length=200, verbose_name='What the other side said')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resident_messages', to='estate.community', verbose_name='Community')),
                ('happening', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='outbox.happening', verbose_name='What is to be told')),
                ('resident', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='estate.resident', verbose_name='Resident')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.unit', verbose_name='Unit')),
            ],
            options={
                'verbose_name': 'Message to a resident',
                'verbose_name_plural': 'Messages to residents',
                'ordering': ['-made_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='message_to_send'), models.Index(condition=models.Q(('state', 'sent')), fields=['ask_at'], name='message_to_ask_for'), models.Index(fields=['community', '-made_at'], name='message_of_community'), models.Index(fields=['unit', '-made_at'], name='message_of_unit'), models.Index(fields=['digest', 'changed_at'], name='message_of_address'), models.Index(fields=['made_at'], name='message_by_time')],
                'constraints': [models.UniqueConstraint(fields=('happening', 'digest'), name='resident_told_once')],
            },
        ),
        migrations.CreateModel(
            name='WeChatLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('appid', models.CharField(max_length=32, verbose_name='AppID of the official account')),
                ('sealed', models.TextField(blank=True, verbose_name='Address, sealed')),
                ('at', models.DateTimeField(verbose_name='At')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('resident', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='wechat_link', to='estate.resident', verbose_name='Resident')),
            ],
            options={
                'verbose_name': "Resident's WeChat",
                'verbose_name_plural': "Residents' WeChat",
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(choices=[('sms', 'Text message'), ('mail', 'Mail'), ('wechat', 'WeChat')], max_length=8, verbose_name='Way')),
                ('state', models.CharField(choices=[('asked', 'Asked, no answer yet'), ('given', 'Agreed'), ('withdrawn', 'Does not want it')], max_length=10, verbose_name='Consent')),
                ('how', models.CharField(choices=[('desk', 'At the desk'), ('call', 'By telephone'), ('paper', 'On paper'), ('page', 'On the phone page')], max_length=8, verbose_name='Said how')),
                ('at', models.DateTimeField(verbose_name='At')),
                ('by', models.CharField(blank=True, max_length=150, verbose_name='Written down by')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='Reason')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('resident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='message_consents', to='estate.resident', verbose_name='Resident')),
            ],
            options={
                'verbose_name': 'Consent to messages',
                'verbose_name_plural': 'Consents to messages',
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['resident', 'way', '-at'], name='consent_of_resident')],
            },
        ),
    ]
