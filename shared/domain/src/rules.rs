//! Who may do what: rules that return a decision which can be shown. Enforcing and explaining call the same function.

use crate::{
    contact::Profile,
    email::Email,
    field::Field,
    mail::MailProblems,
    portal::Way,
    team::{Communication, Member, Permission, Switch},
};
use serde::Serialize;

/// Where the setting lives that decides a rule, and its name there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Setting {
    /// Where it is set.
    #[serde(rename = "where")]
    pub place: Place,
    /// A switch, a field or the contact's `mailProblems` by its API name, a permission by its title.
    #[schema(examples("portalAccess"))]
    pub name: &'static str,
}

/// Where a setting lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// Team Settings > Communication.
    Team,
    /// The contact.
    Contact,
    /// The member's permissions.
    Member,
}

impl Setting {
    const fn team(name: &'static str) -> Self {
        Self { place: Place::Team, name }
    }

    const fn contact(field: Field) -> Self {
        Self { place: Place::Contact, name: field.name() }
    }

    /// What came back from the contact's addresses; a member clears it.
    const fn mail_problems() -> Self {
        Self { place: Place::Contact, name: "mailProblems" }
    }

    const fn member(permission: Permission) -> Self {
        Self { place: Place::Member, name: permission.title() }
    }
}

/// One rule and how it came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// The rule, as a sentence that is true when it passes.
    #[schema(examples("The team's portal is open."))]
    pub rule: String,
    /// Whether it passes.
    #[schema(examples(true))]
    pub passes: bool,
    /// The setting that decides it.
    pub decided_by: Setting,
}

/// What was decided, and every rule in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// Whether all rules pass.
    #[schema(examples(true))]
    pub allowed: bool,
    /// Every rule in order; the first that fails is the reason.
    pub because: Vec<Rule>,
}

impl Decision {
    fn all(because: Vec<Rule>) -> Self {
        Self { allowed: because.iter().all(|rule| rule.passes), because }
    }

    /// The first rule that fails.
    pub fn refusal(&self) -> Option<&Rule> {
        self.because.iter().find(|rule| !rule.passes)
    }
}

fn team_has(team: &Communication, switch: Switch) -> Rule {
    Rule { rule: format!("The team's switch “{}” is on.", switch.title()), passes: switch.is_on(team), decided_by: Setting::team(switch.name()) }
}

fn contact_has(contact: &Profile, field: Field, rule: &str) -> Rule {
    Rule { rule: rule.to_owned(), passes: contact.is_on(field), decided_by: Setting::contact(field) }
}

/// Whether a contact may be in the portal: asked when they sign in and again at each of their requests.
pub fn portal_access(team: &Communication, contact: &Profile) -> Decision {
    Decision::all(vec![
        team_has(team, Switch::portal),
        contact_has(contact, Field::ContactIsActive, "The contact is active."),
        contact_has(contact, Field::PortalAccess, "The contact has portal access."),
    ])
}

/// Whether a contact can sign in to the portal by a mailed code: portal access, and an address to mail the code to that mail is not stopped to.
pub fn sign_in(team: &Communication, contact: &Profile, problems: &MailProblems) -> Decision {
    let mut rules = portal_access(team, contact).because;
    rules.push(Rule {
        rule: "The contact has a Primary Email to send the code to.".to_owned(),
        passes: contact.primary_email().is_some(),
        decided_by: Setting::contact(Field::PrimaryEmail),
    });
    rules.push(not_stopped(contact.primary_email(), problems));
    Decision::all(rules)
}

/// What is known of the identity that somebody signs in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Whether it was linked to the contact before.
    pub link: Fact,
    /// Whether it is the one that directory sync stored for the contact.
    pub sync: Fact,
    /// Whether the provider proves that the contact's Primary Email is the person's.
    pub address: Fact,
}

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// It does.
    Holds,
    /// It does not.
    Fails,
}

impl Fact {
    /// Of a condition.
    pub const fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

/// The team's switch that offers an identity provider; for a code that is the portal's own.
pub const fn switch_of(way: Way) -> Switch {
    match way {
        Way::Code => Switch::portal,
        Way::Microsoft => Switch::sso_microsoft,
        Way::Google => Switch::sso_google,
        Way::Oidc => Switch::sso_oidc,
    }
}

/// Whether a contact can sign in with an identity provider. Asked before anybody has come back from it nothing is known of an identity: then only
/// what does not depend on it is decided.
pub fn single_sign_on(team: &Communication, contact: &Profile, way: Way, known: Option<Known>) -> Decision {
    let mut rules = vec![team_has(team, switch_of(way))];
    let holds = |fact: Fact| fact == Fact::Holds;
    if team.sso_requires_synced_contact {
        rules.push(Rule {
            rule: "The identity is the one that directory sync stored for the contact.".to_owned(),
            passes: known.map_or_else(|| way != Way::Oidc && !contact.text(Field::DirectorySyncId).is_empty(), |known| holds(known.sync)),
            decided_by: Setting::contact(Field::DirectorySyncId),
        });
    }
    if let Some(known) = known {
        rules.push(Rule {
            rule: "The identity is linked to the contact or stored by directory sync, or the provider proves that the address is the person's."
                .to_owned(),
            passes: [known.link, known.sync, known.address].into_iter().any(holds),
            decided_by: Setting::contact(Field::PrimaryEmail),
        });
    }
    rules.extend(portal_access(team, contact).because);
    Decision::all(rules)
}

/// The address a contact is mailed at: the Primary Email, else the first labeled one.
pub fn mailed_at(contact: &Profile) -> Option<&Email> {
    contact.primary_email().or_else(|| contact.emails().next().map(|(_, email)| email))
}

fn not_stopped(address: Option<&Email>, problems: &MailProblems) -> Rule {
    Rule {
        rule: "No bounce or complaint stops mail to the address.".to_owned(),
        passes: address.is_none_or(|address| !problems.stop(address)),
        decided_by: Setting::mail_problems(),
    }
}

/// What a contact can be mailed about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Notification {
    /// A ticket was created.
    TicketCreated,
    /// A ticket was updated.
    TicketUpdated,
    /// A ticket was commented.
    TicketCommented,
    /// A ticket was closed.
    TicketClosed,
    /// A form was assigned.
    FormAssigned,
}

impl Notification {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::TicketCreated, Self::TicketUpdated, Self::TicketCommented, Self::TicketClosed, Self::FormAssigned];

    const fn halves(self) -> (Switch, Field) {
        match self {
            Self::TicketCreated => (Switch::notify_ticket_created, Field::NotifyTicketCreated),
            Self::TicketUpdated => (Switch::notify_ticket_updated, Field::NotifyTicketUpdated),
            Self::TicketCommented => (Switch::notify_ticket_commented, Field::NotifyTicketCommented),
            Self::TicketClosed => (Switch::notify_ticket_closed, Field::NotifyTicketClosed),
            Self::FormAssigned => (Switch::notify_form_assigned, Field::NotifyFormAssigned),
        }
    }
}

/// Whether a contact is mailed about something. Mail goes to the Primary Email, else to the first labeled one; if that address is stopped, to none.
pub fn notification(team: &Communication, contact: &Profile, kind: Notification, problems: &MailProblems) -> Decision {
    let (switch, preference) = kind.halves();
    let address = mailed_at(contact);
    Decision::all(vec![
        team_has(team, switch),
        contact_has(contact, preference, "The contact wants this mail."),
        contact_has(contact, Field::ContactIsActive, "The contact is active."),
        Rule { rule: "The contact has an email address.".to_owned(), passes: address.is_some(), decided_by: Setting::contact(Field::PrimaryEmail) },
        not_stopped(address, problems),
    ])
}

/// Whether a member has a permission.
pub fn member_may(member: &Member, permission: Permission) -> Decision {
    Decision::all(vec![Rule {
        rule: format!("The member has the permission “{}”.", permission.title()),
        passes: member.permissions.contains(&permission),
        decided_by: Setting::member(permission),
    }])
}

/// Whether a member may import: the permission and the team's switch.
pub fn import(member: &Member, team: &Communication) -> Decision {
    let mut rules = member_may(member, Permission::ImportContacts).because;
    rules.push(team_has(team, Switch::bulk_import));
    Decision::all(rules)
}

#[cfg(test)]
mod tests {
    use super::{Notification, Setting, notification, portal_access, sign_in};
    use crate::{
        contact::Profile,
        field::Field,
        mail::{MailProblem, MailProblemKind, MailProblems},
        team::Communication,
        value::FieldError,
    };
    use jiff::Timestamp;
    use serde_json::json;

    #[test]
    fn the_portal_needs_the_team_the_contact_and_their_access() -> Result<(), FieldError> {
        let open = Communication { portal: true, ..Communication::default() };
        let mut contact = Profile::default();
        contact.set(Field::PortalAccess, &json!(true))?;
        assert!(portal_access(&open, &contact).allowed);
        assert!(!sign_in(&open, &contact, &MailProblems::default()).allowed, "no address for the code");
        assert!(!portal_access(&Communication::default(), &contact).allowed);
        contact.set(Field::ContactIsActive, &json!(false))?;
        let decision = portal_access(&open, &contact);
        assert_eq!(decision.refusal().map(|rule| rule.decided_by), Some(Setting::contact(Field::ContactIsActive)));
        assert_eq!(decision.because.len(), 3, "every rule is listed, not only the first that fails");
        Ok(())
    }

    #[test]
    fn a_mail_needs_both_halves_of_its_rule() -> Result<(), FieldError> {
        let (mut contact, none) = (Profile::default(), MailProblems::default());
        contact.set(Field::Emails, &json!({"work": "a@x.com"}))?;
        for kind in Notification::ALL {
            let (_, preference) = kind.halves();
            assert!(notification(&Communication::default(), &contact, kind, &none).allowed);
            let mut unwilling = contact.clone();
            unwilling.set(preference, &json!(false))?;
            assert!(!notification(&Communication::default(), &unwilling, kind, &none).allowed);
        }
        let silent = Communication { notify_ticket_closed: false, ..Communication::default() };
        assert!(!notification(&silent, &contact, Notification::TicketClosed, &none).allowed);
        Ok(())
    }

    #[test]
    fn nothing_is_mailed_to_an_address_that_is_stopped() -> Result<(), FieldError> {
        let team = Communication { portal: true, ..Communication::default() };
        let mut contact = Profile::default();
        contact.set(Field::PortalAccess, &json!(true))?;
        contact.set(Field::PrimaryEmail, &json!("zoe@x.com"))?;
        contact.set(Field::Emails, &json!({"work": "zoe@work.com"}))?;
        let stopped = |address: &str| {
            let address = address.parse().expect("an address");
            MailProblems::from_iter([MailProblem { address, kind: MailProblemKind::Complaint, at: Timestamp::UNIX_EPOCH }])
        };
        for (address, is_allowed) in [("ZOE@x.com", false), ("zoe@work.com", true)] {
            let problems = stopped(address);
            let decisions = [sign_in(&team, &contact, &problems), notification(&team, &contact, Notification::TicketCreated, &problems)];
            for decision in decisions {
                assert_eq!(decision.allowed, is_allowed, "{address}");
                let reason = decision.refusal().map(|rule| rule.decided_by);
                assert_eq!(reason, (!is_allowed).then(Setting::mail_problems), "{address}");
            }
        }
        assert!(portal_access(&team, &contact).allowed, "who is signed in stays signed in");
        Ok(())
    }
}
