//! KDesk Contacts in one process: the engines that stand in for AWS, every route behind API Gateway's events, every worker
//! and schedule, the App's pages, an issuer that signs members in, a mailbox, and teams to look at. Never part of a deployed function.

#![expect(clippy::disallowed_methods, reason = "what stands in for API Gateway and an issuer has a clock of its own, as they have")]

mod clock;
mod code;
mod demo;
pub mod gateway;
pub mod issuer;
mod mailbox;
mod packages;
mod page;
mod schedules;
mod teams;
pub mod web;

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::App;
use app::clock::Clock;
use app::portal::CodeKeys;
use app::settings::{Aws, Console, Portal, Provider, Settings};
use axum::Router;
use axum::extract::Request;
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::get;
use domain::portal::Way;
use engines::{Data, EngineOptions, Engines, Ports, Server};
use serde::Serialize;
use tokio::task::JoinHandle;

use gateway::Gateway;
use issuer::{Issuer, Key, sso::Providers};
pub use teams::{Member, Team};

/// The function that jobs are handed to.
const WORKER: &str = "jobs-work";
/// The function that sends mails.
const MAIL: &str = "mail-send";
/// The address that mail comes from on this machine.
const MAIL_FROM: &str = "desk@kdesk.example";
/// How much memory the directories of all teams may take.
const DIRECTORY_BYTES: usize = 512 << 20;

/// How to start the runner.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where data is kept.
    pub data: Data,
    /// Where it listens: the API first, then each engine.
    pub ports: Ports,
    /// Whether the first start makes the demo teams.
    pub demo: Demo,
    /// The folder that holds `template.yaml`.
    pub template_root: PathBuf,
}

/// Whether the first start makes the demo teams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demo {
    /// Two teams with members and contacts, made once.
    Make,
    /// Nothing is made; teams of an earlier start are still there.
    Leave,
}

/// What the ready file says.
#[derive(Clone, Debug, Serialize)]
pub struct Ready {
    /// The API.
    pub url: String,
    /// The App.
    pub app: String,
    /// The portal of the first team.
    pub portal: String,
    /// The mails sent.
    pub mailbox: String,
    /// The endpoint of DynamoDB.
    pub dynamodb: String,
    /// The endpoint of S3, with path-style addresses.
    pub s3: String,
    /// The endpoint of SES.
    pub ses: String,
    /// The endpoint of Lambda.
    pub lambda: String,
    /// The teams that can be signed in to.
    pub teams: Vec<Team>,
}

/// The runner could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An engine or the template.
    #[error(transparent)]
    Engines(#[from] engines::Error),
    /// The issuer's key.
    #[error(transparent)]
    Key(#[from] issuer::KeyError),
    /// The demo teams.
    #[error("the demo teams could not be made: {0}")]
    Demo(String),
    /// Anything that should not happen.
    #[error("{0}")]
    Unexpected(String),
}

/// The running application.
#[derive(Debug)]
pub struct Runner {
    /// Where everything is.
    pub ready: Ready,
    /// The application, to arrange and inspect in tests.
    pub app: App,
    /// The engines under it.
    pub engines: Arc<Engines>,
    server: Server,
    schedules: Vec<JoinHandle<()>>,
}

impl Runner {
    /// Starts everything; when it returns, requests are answered and the demo is complete.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options { data, mut ports, demo, template_root } = options;
        let listener = Server::listen(ports.take()).await?;
        let address = listener.local_addr().map_err(|error| StartError::Unexpected(error.to_string()))?;
        let url = format!("http://{address}");
        let engines = Arc::new(Engines::start(EngineOptions { data: data.clone(), ports, template_root: template_root.clone() }).await?);
        let code_key = code_key(&data).map_err(|error| StartError::Unexpected(format!("the key of codes: {error}")))?;
        let clock = Clock::ahead_of_system();
        let app = App::new(settings(&engines, &url, &template_root, &code_key), clock.clone())
            .map_err(|error| StartError::Unexpected(error.to_string()))?;
        code::register(&engines.lambda, &app);
        let key = key(data.clone()).await?;
        let providers = Arc::new(Providers::new(&url, key.clone(), demo::visitors(), clock.clone()));
        let issuer = Arc::new(Issuer::new(&url, key));
        let routers = code::routes().into_iter().map(|route| (route.name.to_owned(), route.router(app.clone())));
        let gateway = Arc::new(Gateway::new(&engines.template.routes, routers.collect(), issuer.authorizer()));
        let mut teams = demo::teams(&data, demo, &app).await?;
        for team in &mut teams {
            team.portal = format!("{url}/portal/{}", team.id);
        }
        issuer.know(teams.clone());
        let schedules = schedules::start(&engines);
        let played = issuer::sso::router(providers).merge(clock::router(clock));
        let server = Server::start(listener, router(&engines, issuer, gateway, &url, &teams).merge(played))?;
        let ready = Ready {
            app: format!("{url}/app/"),
            portal: teams.first().map_or_else(|| format!("{url}/portal/"), |team| team.portal.clone()),
            mailbox: format!("{url}/local/mail"),
            url,
            dynamodb: engines.dynamodb.url(),
            s3: engines.s3.url(),
            ses: engines.ses.url(),
            lambda: engines.lambda.url(),
            teams,
        };
        Ok(Self { ready, app, engines, server, schedules })
    }

    /// Answers what is being asked, then stops. Whatever was answered is kept.
    pub async fn shutdown(self) {
        let Self { app, engines, server, schedules, .. } = self;
        server.shutdown().await;
        for schedule in schedules {
            schedule.abort();
            // Aborted on purpose: only its end matters, because it holds on to the engines.
            schedule.await.ok();
        }
        drop(app);
        if let Some(engines) = Arc::into_inner(engines) {
            engines.shutdown().await;
        }
    }
}

/// The key that codes are derived with: made once and kept in the data folder, so that a code outlives a restart.
fn code_key(data: &Data) -> std::io::Result<String> {
    let file = match data {
        Data::Memory => None,
        Data::Folder(folder) => Some(folder.join("code.key")),
    };
    if let Some(file) = file.as_ref().filter(|file| file.exists()) {
        return std::fs::read_to_string(file);
    }
    let key = format!("{}{}", app::random::uuid().simple(), app::random::uuid().simple());
    if let Some(file) = file {
        issuer::write_private(&file, key.as_bytes())?;
    }
    Ok(key)
}

fn settings(engines: &Engines, url: &str, root: &Path, code_key: &str) -> Settings {
    Settings {
        aws: Aws {
            region: engines::REGION.to_owned(),
            access_key_id: engines::ACCESS_KEY.to_owned(),
            secret_access_key: engines::SECRET_KEY.to_owned(),
            session_token: None,
            dynamodb_endpoint: Some(engines.dynamodb.url()),
            s3_endpoint: Some(engines.s3.url()),
            lambda_endpoint: Some(engines.lambda.url()),
            ses_endpoint: Some(engines.ses.url()),
        },
        table: engines::TABLE.to_owned(),
        bucket: engines::BUCKET.to_owned(),
        worker_function: WORKER.to_owned(),
        mail_function: MAIL.to_owned(),
        mail_from: Some(MAIL_FROM.to_owned()),
        mail_configuration_set: Some(engines::MAIL_CONFIGURATION_SET.to_owned()),
        mails_per_team_and_day: app::settings::MAILS_PER_TEAM_AND_DAY,
        mail_topic: Some(engines::MAIL_TOPIC.to_owned()),
        team_claim: "team".to_owned(),
        write_units_per_second: None,
        directory_bytes: DIRECTORY_BYTES,
        portal: Portal {
            origin: Some(url.to_owned()),
            code_keys: CodeKeys::parse(code_key),
            microsoft: Some(provider(Way::Microsoft.title(), issuer::sso::microsoft(url))),
            google: Some(provider(Way::Google.title(), issuer::sso::google(url))),
            oidc: Some(provider(issuer::sso::OIDC, issuer::sso::oidc(url))),
        },
        console: Some(Console {
            files: root.join(web::BUILT),
            issuer: issuer::address(url),
            client_id: Some(issuer::CLIENT.to_owned()),
            scope: format!("openid profile email {}", issuer::SCOPE),
            origins: vec![url.to_owned(), engines.s3.url()],
        }),
    }
}

fn provider(name: &str, address: String) -> Provider {
    Provider { name: name.to_owned(), address, client_id: issuer::sso::CLIENT.to_owned(), client_secret: Some(issuer::sso::SECRET.to_owned()) }
}

/// Making a key is a good part of a second of pure computing, so it has a thread of its own.
async fn key(data: Data) -> Result<Key, StartError> {
    let made = tokio::task::spawn_blocking(move || match data {
        Data::Memory => Key::passing(),
        Data::Folder(folder) => Key::kept(&folder.join("issuer.pem")),
    });
    Ok(made.await.map_err(|error| StartError::Unexpected(error.to_string()))??)
}

fn router(engines: &Arc<Engines>, issuer: Arc<Issuer>, gateway: Arc<Gateway>, url: &str, teams: &[Team]) -> Router {
    let mut router = Router::new().merge(issuer::router(issuer)).merge(mailbox::router(engines.clone())).merge(schedules::router(engines.clone()));
    if !gateway.serves(&http::Method::GET, "/") {
        let home = home(teams);
        router = router.route("/", get(|| async { Html(home) }));
    }
    let url = url.to_owned();
    router.fallback(move |request: Request| async move {
        match at_its_own_name(&request, &url) {
            Some(elsewhere) => Redirect::temporary(&elsewhere).into_response(),
            // Only this machine can reach the listener, so every request comes from it.
            None => gateway.answer(request, IpAddr::V4(Ipv4Addr::LOCALHOST)).await,
        }
    })
}

/// The App under `localhost` would be another origin than its issuer, whose answers a browser would then keep from it; and the portal another
/// than the one its forms are believed from.
fn at_its_own_name(request: &Request, url: &str) -> Option<String> {
    let host = request.headers().get(http::header::HOST)?.to_str().ok()?;
    let path = request.uri().path();
    let is_page = request.method() == http::Method::GET && (path == "/app" || path.starts_with("/app/") || path.starts_with("/portal/"));
    let is_another_name = host.starts_with("localhost:") && !url.ends_with(host);
    (is_page && is_another_name).then(|| format!("{url}{}", request.uri().path_and_query().map_or("/app", |path| path.as_str())))
}

fn home(teams: &[Team]) -> String {
    let portal = |team: &Team| {
        let (name, contact) = (page::escaped(&team.name), page::escaped(&team.contact));
        format!("<li><a href=\"/portal/{}\">The portal of {name}</a>, for example as {contact}</li>", team.id)
    };
    let portals: String = teams.iter().map(portal).collect();
    let body = format!(
        "<h1>KDesk Contacts</h1><ul><li><a href=\"/app/contacts\">The App</a></li>{portals}<li><a href=\"/local/mail\">Mailbox</a></li>\
         <li><a href=\"/v1/openapi.json\">The API's description</a></li></ul>"
    );
    page::page("KDesk Contacts", &body)
}
