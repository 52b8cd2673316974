"""Accounts of people and of the program that sends charts in."""

from __future__ import annotations

from django.db import transaction
from rest_framework.authtoken.models import Token

from review.actions.base import audit
from review.models import Role, User
from review.permissions import check_can_bring_in_charts


@transaction.atomic
def create_user(username: str, *, role: Role, password: str | None, full_name: str = "", by: User | None) -> User:
    """Create an account, or return the one of that name unchanged. `password` None: cannot sign in."""
    existing = User.objects.filter(username=username).first()
    if existing:
        return existing
    first, _, last = full_name.partition(" ")
    user = User(username=username, role=role, first_name=first, last_name=last)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save()
    audit("account.created", by=by, account=user.pk, role=role)
    return user


@transaction.atomic
def api_token(user: User, *, rotate: bool = False, by: User | None) -> Token:
    """The user's token for the REST API, made when missing; `rotate` makes the old one worthless."""
    check_can_bring_in_charts(user)
    if rotate:
        Token.objects.filter(user=user).delete()
    token, created = Token.objects.get_or_create(user=user)
    if created:
        audit("account.token_created", by=by, account=user.pk)
    return token
