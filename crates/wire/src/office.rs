//! The commands that only the office answers: it knows who may reach it.

use crate::command::commands;
use crate::message::*;

commands! {
    /// The commands that only the office answers.
    trait OfficeCommands, list OFFICE_COMMANDS, dispatch dispatch_office, typescript typescript;

    /// Whoever is signed in, with their sessions.
    "account.get" account_get(Nothing) -> Account, Read;
    /// Sets the password of whoever is signed in. Their other sessions end.
    "account.change_password" account_change_password(ChangePassword) -> Account, Read;
    /// Ends sessions of whoever is signed in.
    "account.end_session" account_end_session(EndSession) -> Account, Read;

    /// Everybody whom whoever asks may see: an administrator all, a lead those within their units.
    "people.list" people_list(Nothing) -> Vec<PersonInfo>, ManagePeople;
    /// Adds somebody.
    "people.add" people_add(AddPerson) -> PersonInfo, ManagePeople;
    /// Changes somebody. Their devices hear of it at their next sync.
    "people.change" people_change(ChangePerson) -> PersonInfo, ManagePeople;
    /// Lets somebody in no more: their sessions end and their devices are revoked. What they recorded stays.
    "people.remove" people_remove(OnePerson) -> Nothing, ManagePeople;
    /// Makes a link that signs somebody in once, within 24 hours; so they can set a password, or another one.
    "people.sign_in_link" people_sign_in_link(OnePerson) -> SignInLink, ManagePeople;

    /// Devices and open invitations.
    "devices.list" devices_list(Nothing) -> Devices, ManagePeople;
    /// Invites a device of somebody: works once, within 24 hours.
    "devices.invite" devices_invite(InviteDevice) -> Invited, ManagePeople;
    /// Takes an invitation back.
    "devices.withdraw" devices_withdraw(OneInvitation) -> Devices, ManagePeople;
    /// Lets a device sync no more.
    "devices.revoke" devices_revoke(RevokeDevice) -> DeviceInfo, ManagePeople;

    /// Takes in a bundle that a device wrote, and writes the answer.
    "bundle.take" bundle_take(TakeBundle) -> TakenBundle, Supervise;
}
