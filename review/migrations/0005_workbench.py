from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("review", "0004_model_server")]

    operations: list[object] = []
