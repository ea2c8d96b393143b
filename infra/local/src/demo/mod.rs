//! Two teams to look at, made at the first start through the API's own routes: `demo` with a few hundred contacts in many
//! scripts, and `other`, so that keeping teams apart can be seen. The same at every first start.

mod people;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use app::App;
use axum::body::Bytes;
use domain::ids::{MemberId, TeamId};
use domain::team::Permission;
use engines::Data;
use futures::stream::{StreamExt, TryStreamExt, iter};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use serde_json::{Value, json};

use crate::gateway::{Gateway, Request};
use crate::issuer::Issuer;
use crate::teams::{Member, Team};
use crate::{Demo, StartError};

/// How many contacts are written side by side.
const AT_ONCE: usize = 16;

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
pub async fn teams(data: &Data, demo: Demo, app: &App, gateway: &Gateway, issuer: &Issuer) -> Result<Vec<Team>, StartError> {
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
        let owner = team.members.first().ok_or_else(|| failed("a team without members"))?;
        let token = issuer.access_token(&team.id, owner).ok_or_else(|| failed("no token"))?;
        contacts(plan, gateway, &token).await?;
        teams.push(team);
    }
    if let Some(file) = file {
        // Written last: a start that was cut short makes the rest next time.
        let json = serde_json::to_vec_pretty(&teams).map_err(failed)?;
        std::fs::write(file, json).map_err(failed)?;
    }
    Ok(teams)
}

fn read(file: &PathBuf) -> Result<Vec<Team>, StartError> {
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
    Ok(Team { id: plan.id.to_owned(), name: plan.name.to_owned(), members })
}

async fn contacts(plan: &Plan, gateway: &Gateway, token: &str) -> Result<(), StartError> {
    let writes = people::contacts(plan.id, plan.contacts).into_iter().map(|contact| add(gateway, token, contact));
    iter(writes).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
    Ok(())
}

async fn add(gateway: &Gateway, token: &str, contact: Value) -> Result<(), StartError> {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).map_err(failed)?);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let request = Request {
        method: Method::POST,
        uri: Uri::from_static("/v1/contacts"),
        headers,
        body: Bytes::from(json!(contact).to_string()),
        source: IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let response = gateway.call(request).await;
    match response.status() {
        // Made by an earlier start that was cut short.
        StatusCode::CREATED | StatusCode::CONFLICT => Ok(()),
        status => {
            let body = axum::body::to_bytes(response.into_body(), 65_536).await.map_err(failed)?;
            Err(failed(format!("{status} {} for {contact}", String::from_utf8_lossy(&body))))
        }
    }
}

fn failed(error: impl std::fmt::Display) -> StartError {
    StartError::Demo(error.to_string())
}
