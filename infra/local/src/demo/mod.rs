//! Two teams to look at, made at the first start: `demo` with a few hundred contacts in many
//! scripts, and `other`, so that keeping teams apart can be seen. The same at every first start.

mod people;

use std::path::Path;

use app::App;
use app::store::{Change, Refusal, Unit};
use domain::contact::Profile;
use domain::general::General;
use domain::history::{Author, Source};
use domain::ids::{ContactId, MemberId, TeamId};
use domain::sso::Sso;
use domain::team::{Communication, Permission};
use engines::Data;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::issuer::sso::TENANT;
use crate::teams::{Member, Team};
use crate::{Demo, StartError};

struct Plan {
    id: &'static str,
    name: &'static str,
    contacts: usize,
    members: &'static [(&'static str, &'static str, Rights)],
}

#[derive(Clone, Copy)]
enum Rights {
    Everything,
    Contacts,
    Nothing,
}

const PLANS: [Plan; 2] = [
    Plan {
        id: "demo",
        name: "Demo",
        contacts: 300,
        members: &[
            ("owner", "Olga Owner", Rights::Everything),
            ("agent", "Amir Agent", Rights::Contacts),
            ("viewer", "Vera Viewer", Rights::Nothing),
        ],
    },
    Plan { id: "other", name: "Other", contacts: 10, members: &[("owner", "Otto Other", Rights::Everything)] },
];

/// The teams of this data: those of an earlier start, or the demo's when it is wanted and has not been made.
pub async fn teams(data: &Data, demo: Demo, app: &App) -> Result<Vec<Team>, StartError> {
    let file = match data {
        Data::Memory => None,
        Data::Folder(folder) => Some(folder.join("teams.json")),
    };
    if let Some(known) = file.as_ref().filter(|file| file.exists()) {
        return read(known);
    }
    if demo == Demo::Leave {
        return Ok(Vec::new());
    }
    let mut teams = Vec::with_capacity(PLANS.len());
    for plan in &PLANS {
        let team = members(plan, app).await?;
        contacts(plan, app, &team).await?;
        teams.push(team);
    }
    if let Some(file) = file {
        // Written last: a start that was cut short makes the rest next time.
        let json = serde_json::to_vec_pretty(&teams).map_err(failed)?;
        std::fs::write(file, json).map_err(failed)?;
    }
    Ok(teams)
}

fn read(file: &Path) -> Result<Vec<Team>, StartError> {
    let text = std::fs::read(file).map_err(failed)?;
    serde_json::from_slice(&text).map_err(|error| failed(format!("{}: {error}", file.display())))
}

/// Who comes first may do everything; the others get their permissions set.
async fn members(plan: &Plan, app: &App) -> Result<Team, StartError> {
    let team: TeamId = plan.id.parse().map_err(failed)?;
    let mut members = Vec::new();
    for (role, name, rights) in plan.members {
        let email = format!("{role}@{}.example", plan.id);
        let id = format!("{}-{role}", plan.id);
        let member: MemberId = id.parse().map_err(failed)?;
        let permissions = match rights {
            Rights::Everything => Permission::ALL.to_vec(),
            Rights::Contacts => vec![Permission::ModifyContacts],
            Rights::Nothing => Vec::new(),
        };
        app.store.admit_member(&team, &member, email.clone(), (*name).to_owned()).await.map_err(|error| failed(error.status()))?;
        app.store.save_permissions(&team, &member, &permissions.iter().copied().collect()).await.map_err(|error| failed(error.status()))?;
        let permissions = permissions.iter().filter_map(|permission| serde_json::to_value(permission).ok()?.as_str().map(str::to_owned));
        members.push(Member { id, email, name: (*name).to_owned(), permissions: permissions.collect() });
    }
    let general = General { name: plan.name.parse().map_err(failed)?, time_zone: "Europe/Berlin".parse().map_err(failed)? };
    app.store.save_general(&team, &general).await.map_err(|error| failed(error.status()))?;
    let open = Communication { portal: true, sso_microsoft: true, sso_google: true, ..Communication::default() };
    app.store.save_communication(&team, &open).await.map_err(|error| failed(error.status()))?;
    let sso = Sso { microsoft_tenant: Some(TENANT.parse().map_err(failed)?), google_hosted_domain: None };
    app.store.save_sso(&team, &sso).await.map_err(|error| failed(error.status()))?;
    Ok(Team { id: plan.id.to_owned(), name: plan.name.to_owned(), portal: String::new(), contact: visitor(plan), members })
}

/// The first contact who may be in the portal.
fn visitor(plan: &Plan) -> String {
    visitors_of(plan).into_iter().next().unwrap_or_default()
}

fn visitors_of(plan: &Plan) -> Vec<String> {
    let contacts = people::contacts(plan.id, plan.contacts);
    let may = |fields: &&Map<String, Value>| fields.get("portalAccess") == Some(&Value::Bool(true)) && !fields.contains_key("contactIsActive");
    contacts.iter().filter(may).filter_map(|fields| Some(fields.get("primaryEmail")?.as_str()?.to_owned())).collect()
}

/// A few contacts of each team who may be in its portal.
pub fn visitors() -> Vec<String> {
    PLANS.iter().flat_map(|plan| visitors_of(plan).into_iter().take(3)).collect()
}

/// Written as a member's own changes are, many to a transaction. What an earlier start wrote before it was cut short is left as it is.
async fn contacts(plan: &Plan, app: &App, team: &Team) -> Result<(), StartError> {
    let id: TeamId = team.id.parse().map_err(failed)?;
    let owner = team.members.first().ok_or_else(|| failed("a team without members"))?;
    let owner: MemberId = owner.id.parse().map_err(failed)?;
    let mut units = Vec::with_capacity(plan.contacts);
    for (number, fields) in people::contacts(plan.id, plan.contacts).into_iter().enumerate() {
        let name = format!("{}/{number}", plan.id);
        let profile = Profile::parse(&fields).map_err(|problems| failed(format!("{name}: {problems:?}")))?;
        let author = Author { source: Source::Member, member: Some(owner.clone()), job: None };
        let change = Change::new(contact_id(&name), None, Some(profile), author, app.clock.now_ms(), app::random::uuid().to_string());
        units.push(Unit { changes: vec![change], guards: Vec::new() });
    }
    let written = app.store.commit(&id, &units).await.map_err(|error| failed(error.status()))?;
    let is_there = |result: &Result<(), Refusal>| matches!(result, Ok(()) | Err(Refusal::Stale { .. }));
    match written.results.iter().find(|result| !is_there(result)) {
        Some(refused) => Err(failed(format!("{refused:?}"))),
        None => Ok(()),
    }
}

/// The same for the same name, so that a second attempt finds what the first one wrote.
fn contact_id(name: &str) -> ContactId {
    let digest = Sha256::digest(name);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    ContactId::from_uuid(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

fn failed(error: impl std::fmt::Display) -> StartError {
    StartError::Demo(error.to_string())
}
