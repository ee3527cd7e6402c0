from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "portico.domain.people"
    label = "people"
