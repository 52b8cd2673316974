from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("review", "0006_second_look")]

    operations: list[object] = []
