from django.apps import AppConfig


class CodebookConfig(AppConfig):
    name = "medcode.codebook"
    label = "codebook"
    verbose_name = "Code book"
