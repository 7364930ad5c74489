import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '__first__'),
        ('billing', '0001_initial'),
        ('estate', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='StandardQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('situation', models.CharField(choices=[('fees', 'Fees and bills'), ('paying', 'Paying and receipts'), ('repair', 'Repairs'), ('complaint', 'Complaints'), ('other', 'Anything else')], max_length=10, verbose_name='Situation')),
                ('own_figures', models.BooleanField(default=False, verbose_name="With the bill's own figures")),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='No longer used since')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='standard_questions', to='estate.community', verbose_name='Community')),
                ('fee_item', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.feeitem', verbose_name='Fee item')),
            ],
            options={
                'verbose_name': 'Standard question',
                'verbose_name_plural': 'Standard questions',
                'ordering': ['community', 'situation', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='StandardAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='Version')),
                ('asks_zh', models.CharField(max_length=60, verbose_name='Question in words (Chinese)')),
                ('asks_en', models.CharField(max_length=120, verbose_name='Question in words (English)')),
                ('answer_zh', models.CharField(max_length=800, verbose_name='Answer (Chinese)')),
                ('answer_en', models.CharField(max_length=800, verbose_name='Answer (English)')),
                ('rule_zh', models.CharField(blank=True, max_length=300, verbose_name='Rule behind it (Chinese)')),
                ('rule_en', models.CharField(blank=True, max_length=300, verbose_name='Rule behind it (English)')),
                ('for_residents', models.BooleanField(default=False, verbose_name='Shown to residents')),
                ('drafted_by', models.CharField(max_length=150, verbose_name='Drafted by')),
                ('drafted_at', models.DateTimeField(verbose_name='Drafted at')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='Approved at')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='standard_answers.standardquestion', verbose_name='Standard question')),
            ],
            options={
                'verbose_name': 'Standard answer',
                'verbose_name_plural': 'Standard answers',
                'ordering': ['question', '-number'],
                'constraints': [models.UniqueConstraint(fields=('question', 'number'), name='standard_answer_once')],
            },
        ),
        migrations.CreateModel(
            name='AnswerUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('request_number', models.CharField(max_length=12, verbose_name='Number of the request')),
                ('at', models.DateTimeField(verbose_name='At')),
                ('waited_s', models.PositiveIntegerField(verbose_name='Waited, s')),
                ('changed', models.BooleanField(default=False, verbose_name='In other words')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='By')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('answer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='standard_answers.standardanswer', verbose_name='Standard answer')),
            ],
            options={
                'verbose_name': 'Use of a standard answer',
                'verbose_name_plural': 'Uses of standard answers',
                'ordering': ['-at'],
                'indexes': [models.Index(fields=['community', 'at'], name='answer_use_by_time')],
            },
        ),
    ]
