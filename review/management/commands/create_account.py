"""Create an account with a role."""

from __future__ import annotations

import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.actions import accounts
from review.models import Role, User


class Command(BaseCommand):
    help = "Create an account. Asks for the password; the integration account has none and signs in by token."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--name", default="", help="Full name, as other people see it.")

    def handle(self, *args: Any, username: str, role: str, name: str, **options: Any) -> None:
        if User.objects.filter(username=username).exists():
            raise CommandError(f"There is an account {username} already.")
        password = None if role == Role.INTEGRATION else self._ask()
        accounts.create_user(username, role=Role(role), password=password, full_name=name, by=None)
        self.stdout.write(self.style.SUCCESS(f"Created {username}, {Role(role).label}."))

    def _ask(self) -> str:
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            raise CommandError("The two passwords differ.")
        try:
            validate_password(password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return password
