//! A team's members, their permissions, and the switches of Team Settings > Communication.

use crate::ids::{MemberId, TeamId};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// What a member may do beyond looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Permission {
    /// Make, change, merge and delete contacts.
    ModifyContacts,
    /// Import contacts from a file.
    ImportContacts,
    /// Set up and run directory syncs.
    ModifyContactSyncs,
    /// Change the team's settings and its members' permissions.
    ModifyTeamSettings,
    /// Make and change tickets.
    ModifyTickets,
}

impl Permission {
    /// Every permission, in the order the settings page lists them.
    pub const ALL: [Self; 5] = [Self::ModifyContacts, Self::ImportContacts, Self::ModifyContactSyncs, Self::ModifyTeamSettings, Self::ModifyTickets];

    /// The name as the settings page shows it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ModifyContacts => "Modify contacts",
            Self::ImportContacts => "Import contacts (bulk)",
            Self::ModifyContactSyncs => "Modify contact syncs",
            Self::ModifyTeamSettings => "Modify team settings",
            Self::ModifyTickets => "Modify tickets",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// A person of the team who works in the KDesk App.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// The `sub` of their token.
    pub id: MemberId,
    /// Their team.
    pub team: TeamId,
    /// The address their token names, to show who they are.
    pub email: String,
    /// The name their token gives, to show who they are.
    pub name: String,
    /// What they may do.
    pub permissions: BTreeSet<Permission>,
}

macro_rules! switches {
    ($($name:ident, $json:literal, $title:literal, $default:literal, $meaning:literal;)*) => {
        /// The team's switches. Each is one half of a rule; the contact's own permission or preference is the other.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[schema(examples(json!(Communication::default())))]
        pub struct Communication {
            $(#[doc = $meaning] pub $name: bool,)*
        }

        impl Default for Communication {
            /// A new team can import and be notified; its portal is closed until somebody opens it.
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        /// One of the team's switches, by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(non_camel_case_types, reason = "each is named as the field it stands for")]
        pub enum Switch {
            $(#[doc = $meaning] $name,)*
        }

        impl Switch {
            /// Every switch, in the order of the page.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name in the API.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $json,)* }
            }

            /// The name as the settings page shows it.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// Whether it is on.
            pub const fn is_on(self, team: &Communication) -> bool {
                match self { $(Self::$name => team.$name,)* }
            }
        }
    };
}

switches! {
    portal, "portal", "Contacts can access web portal", false, "Opens the web portal to contacts who have portal access.";
    comments, "comments", "Contacts can post comments", true, "Lets contacts comment on their tickets.";
    comments_on_closed, "commentsOnClosed", "Contacts can post comments on closed tickets too", false, "Lets contacts comment on closed tickets too.";
    close_tickets, "closeTickets", "Contacts can close tickets", false, "Lets contacts close their tickets.";
    freeform_requests, "freeformRequests", "Contacts can submit freeform requests", false, "Lets contacts send requests without a template.";
    ticket_history, "ticketHistory", "Show ticket history to contacts", false, "Shows contacts how their tickets' status changed.";
    notify_ticket_created, "notifyTicketCreated", "Email contacts when a ticket is created", true, "The team's half of: mail when a ticket is created.";
    notify_ticket_updated, "notifyTicketUpdated", "Email contacts when a ticket is updated", true, "The team's half of: mail when a ticket is updated.";
    notify_ticket_commented, "notifyTicketCommented", "Email contacts when a ticket is commented", true, "The team's half of: mail when a ticket is commented.";
    notify_ticket_closed, "notifyTicketClosed", "Email contacts when a ticket is closed", true, "The team's half of: mail when a ticket is closed.";
    notify_form_assigned, "notifyFormAssigned", "Email contacts when a form is assigned", true, "The team's half of: mail when a form is assigned.";
    bulk_import, "bulkImport", "Allow bulk contact import", true, "Lets members with the permission import contacts from a file.";
    sso_microsoft, "ssoMicrosoft", "Contact SSO: Microsoft", false, "Shows “Sign in with Microsoft” on the portal's sign-in page.";
    sso_google, "ssoGoogle", "Contact SSO: Google", false, "Shows “Sign in with Google” on the portal's sign-in page.";
    sso_oidc, "ssoOidc", "Contact SSO: the operator's identity provider", false, "Shows “Sign in with …” for the OpenID Connect provider that this service's operator added, if there is one.";
    sso_requires_synced_contact, "ssoRequiresSyncedContact", "Require synced contact match for SSO", false, "Lets SSO in only when the identity is the one that directory sync stored for the contact.";
}

#[cfg(test)]
mod tests {
    use super::{Communication, Switch};

    #[test]
    fn every_switch_is_named_as_the_api_names_it() -> Result<(), serde_json::Error> {
        let json = serde_json::to_value(Communication::default())?;
        let team = Communication::default();
        for switch in Switch::ALL {
            assert_eq!(json[switch.name()], switch.is_on(&team), "{}", switch.name());
        }
        assert_eq!(json.as_object().map(serde_json::Map::len), Some(Switch::ALL.len()));
        Ok(())
    }
}
