"""Print an account's token for the REST API."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.actions import accounts
from review.actions.errors import NotAllowedError
from review.models import User


class Command(BaseCommand):
    help = "Print the account's token for the REST API (header `Authorization: Token …`), made when there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--rotate", action="store_true", help="Make a new token; the old one stops working.")

    def handle(self, *args: Any, username: str, rotate: bool, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account {username}: make one with `manage.py create_account`.")
        try:
            token = accounts.api_token(user, rotate=rotate, by=None)
        except NotAllowedError as error:
            raise CommandError(error.message) from error
        self.stdout.write(token.key)
