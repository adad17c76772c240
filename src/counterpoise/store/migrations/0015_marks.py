import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0014_launches"),
    ]

    operations = [
        migrations.CreateModel(
            name="PeriodMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("measure", models.CharField(max_length=64)),
                ("start", models.DateField()),
                ("end", models.DateField()),
                ("cell", models.TextField(blank=True)),
                ("kind", models.CharField(max_length=16)),
                ("comment", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("is_current", models.BooleanField(default=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("measure", "start", "end", "cell"),
                        name="one_current_mark_a_time",
                    )
                ],
            },
        ),
    ]
