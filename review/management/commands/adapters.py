"""LoRA adapters from the command line: the same acts as on the model page, under the same names."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inference import routing as in_force
from inference.llm import session
from inference.llm.adapters import Done
from inference.models import Adapter
from review.actions import adapters, routing
from review.actions.errors import ActionError
from review.models import User


class Command(BaseCommand):
    help = "Registers, loads, unloads and uses LoRA adapters of the model server, and rolls a change back."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        acts.add_parser("list", help="Registered adapters, and which of them answer.")
        register = acts.add_parser("register", help="Note an adapter. No server is asked.")
        register.add_argument("name")
        register.add_argument("--purpose", choices=Adapter.Purpose.values, required=True)
        register.add_argument("--base-model", required=True, help="The model that it was trained on.")
        register.add_argument("--path", required=True, help="Its folder, as the model server sees it.")
        for act, what in (
            ("load", "Load it on every server that answers."),
            ("unload", "Take it off the servers."),
            ("use", "Load it where it is missing, and ask it from the next request on."),
        ):
            acts.add_parser(act, help=what).add_argument("name")
        acts.add_parser("rollback", help="Use again what was in force before the last change.")
        for name, each in acts.choices.items():
            if name != "list":
                each.add_argument("--by", required=True, metavar="USERNAME", help="The admin who takes it upon them.")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        if act == "list":
            self._list()
            return
        person = User.objects.filter(username=options["by"]).first()
        if person is None:
            raise CommandError(f"There is no account {options['by']}.")
        try:
            said = self._act(act, person, options)
        except ActionError as error:
            raise CommandError(error.message) from error
        finally:
            session.reset()
        self.stdout.write(self.style.SUCCESS(said))

    def _act(self, act: str, by: User, options: dict[str, Any]) -> str:
        """Do it; what to say of it."""
        if act == "rollback":
            row = routing.roll_back(by=by)
            return f"In force: {row.get_engine_display()}, {row.coding_adapter or 'no adapter'} for coding."
        if act == "register":
            said = {name: options[name] for name in ("name", "purpose", "base_model", "path")}
            return f"Registered: {adapters.register(**said, by=by)}"
        adapter = Adapter.objects.filter(name=options["name"]).first()
        if adapter is None:
            raise CommandError(f"There is no adapter {options['name']}. Register it first.")
        if act == "load":
            self._warn(adapters.load(adapter, by=by))
            return f"Loaded: {adapter}"
        if act == "unload":
            self._warn(adapters.unload(adapter, by=by))
            return f"Unloaded: {adapter}"
        adapters.use(adapter, by=by)
        return f"In use for {adapter.get_purpose_display()} from the next request on: {adapter}"

    def _warn(self, done: list[Done]) -> None:
        if said := adapters.left_out(done):
            self.stderr.write(self.style.WARNING(f"Not on every server. {said}"))

    def _list(self) -> None:
        choice = in_force.current()
        self.stdout.write(f"Engine: {choice.engine}")
        roles = {choice.coding_adapter: "coding", choice.cdi_adapter: "CDI", choice.challenger_adapter: "challenger"}
        for adapter in Adapter.objects.all():
            used = f"  [in use: {roles[adapter]}]" if adapter in roles else ""
            self.stdout.write(f"{adapter.name}  {adapter.purpose}  {adapter.base_model}  {adapter.path}{used}")
