from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "portico.platform.files"
    label = "files"
