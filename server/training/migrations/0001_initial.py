import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '__first__'),
        ('estate', '0001_initial'),
        ('standard_answers', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='TrainingRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begun_at', models.DateTimeField(verbose_name='Begun at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='Ended at')),
                ('points', models.PositiveSmallIntegerField(default=0, verbose_name='Points')),
                ('points_max', models.PositiveSmallIntegerField(default=0, verbose_name='Points at most')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Person')),
            ],
            options={
                'verbose_name': 'Round of training',
                'verbose_name_plural': 'Rounds of training',
                'ordering': ['-begun_at', '-pk'],
                'indexes': [models.Index(fields=['community', 'person'], name='training_by_person')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('community', 'person'), name='training_round_open_once')],
            },
        ),
        migrations.CreateModel(
            name='TrainingCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='Number of the case')),
                ('kind', models.CharField(max_length=20, verbose_name='Kind')),
                ('tells', models.JSONField(verbose_name='What is asked')),
                ('answers', models.JSONField(verbose_name='Answers to choose from')),
                ('rules', models.JSONField(default=list, verbose_name='Rules to choose from')),
                ('right', models.PositiveSmallIntegerField(verbose_name='Right answer')),
                ('right_rule', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='Right rule')),
                ('given', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='Answer given')),
                ('given_rule', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='Rule given')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='Answered at')),
                ('about', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='standard_answers.standardanswer', verbose_name='Standard answer')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='estate.community', verbose_name='Community')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='training.traininground', verbose_name='Round of training')),
            ],
            options={
                'verbose_name': 'Case of training',
                'verbose_name_plural': 'Cases of training',
                'ordering': ['round', 'position'],
                'constraints': [models.UniqueConstraint(fields=('round', 'position'), name='training_case_once')],
            },
        ),
    ]
