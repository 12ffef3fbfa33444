"""The rows of the Desk table: staff, their passkeys and sessions, invitations, challenges, tills."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.services.tables import Tables

if TYPE_CHECKING:
    from chalicelib.store.audiences import Audiences
    from chalicelib.store.cards import Cards
    from chalicelib.store.challenges import Challenges
    from chalicelib.store.deliveries import Deliveries
    from chalicelib.store.forecasts import Forecasts
    from chalicelib.store.invitations import Invitations
    from chalicelib.store.parameters import Parameters
    from chalicelib.store.parts import Part
    from chalicelib.store.passkeys import Passkeys
    from chalicelib.store.secret_states import SecretStates
    from chalicelib.store.sessions import Sessions
    from chalicelib.store.staff import StaffRows
    from chalicelib.store.table import Table
    from chalicelib.store.tills import Tills
    from chalicelib.store.tours import Tours
    from chalicelib.store.weekly import WeeklyRows


class StaffTables(Tables):
    """What the desk knows of the shop's own people."""

    @cached_property
    def desk_table(self) -> Table:
        return self.open_table("desk")

    @cached_property
    def staff(self) -> StaffRows:
        from chalicelib.store.staff import StaffRows

        return StaffRows(self.desk_table)

    @cached_property
    def passkeys(self) -> Passkeys:
        from chalicelib.store.passkeys import Passkeys

        return Passkeys(self.desk_table)

    @cached_property
    def sessions(self) -> Sessions:
        from chalicelib.store.sessions import Sessions

        return Sessions(self.desk_table)

    @cached_property
    def invitations(self) -> Invitations:
        from chalicelib.store.invitations import Invitations

        return Invitations(self.desk_table)

    @cached_property
    def challenges(self) -> Challenges:
        from chalicelib.store.challenges import Challenges

        return Challenges(self.desk_table)

    @cached_property
    def forecasts(self) -> Forecasts:
        from chalicelib.store.forecasts import Forecasts

        return Forecasts(self.desk_table)

    @cached_property
    def tills(self) -> Tills:
        from chalicelib.store.tills import Tills

        return Tills(self.desk_table)

    @cached_property
    def cards(self) -> Cards:
        from chalicelib.store.cards import Cards

        return Cards(self.table)

    @cached_property
    def audiences(self) -> Audiences:
        from chalicelib.store.audiences import Audiences

        return Audiences(self.desk_table)

    @cached_property
    def tours(self) -> Tours:
        from chalicelib.store.tours import Tours

        return Tours(self.desk_table)

    @cached_property
    def weekly_rows(self) -> WeeklyRows:
        from chalicelib.store.weekly import WeeklyRows

        return WeeklyRows(self.desk_table)

    @cached_property
    def door_parameters(self) -> Parameters:
        """Return the door's key and the public key of the inbox: what staff put in goes the way of a form.

        The desk's role may read these two, and no secret of a sender.
        """
        from chalicelib.services.clients import WORK_TIMEOUTS
        from chalicelib.store.parameters import Parameters

        names = ("door-key", "inbox-public-key", "receipt-key")
        return Parameters(self.connect("ssm", WORK_TIMEOUTS), self.settings.parameter_path, names)

    @cached_property
    def deliveries(self) -> Deliveries:
        from chalicelib.store.deliveries import Deliveries

        return Deliveries(self.open_table("links"))

    @cached_property
    def secret_states(self) -> SecretStates:
        """Return what knows since when each sender has a secret, and cannot read one."""
        from chalicelib.services.clients import WORK_TIMEOUTS
        from chalicelib.store.secret_states import SecretStates

        return SecretStates(self.connect("ssm", WORK_TIMEOUTS), f"{self.settings.parameter_path}senders")

    def require_staff(self, staff_id: str, number: int) -> Part:
        """Return the part that every act of a member of staff carries in its transaction, whatever tables it writes.

        The transaction fails (RaceLostError) once the member was dismissed, has another role, or signed out
        everywhere: `number` is that of the session which acts.
        """
        return self.staff.require_active(staff_id, number)
