import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inference", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Adoption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("adopted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("name", models.CharField(max_length=80)),
                ("digest", models.CharField(max_length=12)),
                ("content", models.JSONField(blank=True, null=True)),
            ],
            options={"ordering": ["id"]},
        ),
    ]
