from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0013_firm_overrides"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("product", models.CharField(max_length=200)),
                ("begins", models.DateField()),
                ("decided", models.JSONField()),
                ("author", models.CharField(max_length=150)),
                ("role", models.CharField(blank=True, max_length=16)),
                ("made_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("kind", "product"),
                        name="one_decision_a_product",
                    )
                ],
            },
        ),
    ]
