//! What tests stand on: the app over embedded engines, people and contacts to arrange, calls to make, invariants to check.

#![expect(clippy::disallowed_methods, reason = "tests talk to the engines from outside, and the environment says which")]
#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a test that cannot be arranged must stop at once and say where")]

mod builder;
mod call;
mod description;
mod dynamodb_local;
mod faults;
mod import;
mod invariants;
pub mod people;
mod rights;
pub mod runtime;
mod units;

pub use builder::{ContactBuilder, a_contact};
pub use call::{Answer, Call};
pub use description::Description;
pub use dynamodb_local::LocalTable;
pub use faults::{FailingNetwork, Fault};
pub use import::{ImportRoutes, people_csv};
pub use rights::Rights;
pub use units::{Meter, Units};

use app::{
    App, Route,
    aws::Clients,
    clock::Clock,
    host::Deadline,
    portal::CodeKeys,
    settings::{Aws, Portal, Settings},
    worker::Task,
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use domain::{
    contact::{Contact, Profile},
    directory::Filter,
    ids::{ContactId, JobId, TeamId},
    job::Job,
    team::{Member, Permission},
};
use engines::{ACCESS_KEY, BUCKET, Data, EngineOptions, Engines, Ports, REGION, SECRET_KEY, TABLE};
use jiff::Timestamp;
use serde_json::Value;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

/// The name the worker function has in tests.
const WORKER: &str = "worker";
/// The name the function that sends mails has in tests.
const MAIL: &str = "mail";
/// Where the portal is in tests.
pub const ORIGIN: &str = "https://portal.example";
/// The key that codes are derived with in tests.
const CODE_KEY: &str = "a key for tests that has thirty-two bytes";
/// The address that mail comes from in tests.
const MAIL_FROM: &str = "desk@example.com";

/// The app over engines in memory. The clock stands still until it is moved.
#[derive(Debug)]
pub struct TestApp {
    /// The app, as a function has it.
    pub app: App,
    /// The engines it talks to.
    pub engines: Engines,
    /// What functions may ask of them.
    pub rights: Arc<Rights>,
    clients: Clients,
    teams: Mutex<HashMap<ContactId, TeamId>>,
    held: Arc<Mutex<Held>>,
}

/// Tasks that the worker is kept from.
#[derive(Debug, Default)]
struct Held {
    is_holding: bool,
    tasks: Vec<Task>,
}

/// The folder that holds template.yaml.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the project").to_owned()
}

/// The settings of an app over engines in this process.
pub fn settings(engines: &Engines) -> Settings {
    Settings {
        aws: Aws {
            region: REGION.to_owned(),
            access_key_id: ACCESS_KEY.to_owned(),
            secret_access_key: SECRET_KEY.to_owned(),
            session_token: None,
            dynamodb_endpoint: Some(engines.dynamodb.url()),
            s3_endpoint: Some(engines.s3.url()),
            lambda_endpoint: Some(engines.lambda.url()),
            ses_endpoint: Some(engines.ses.url()),
        },
        table: TABLE.to_owned(),
        bucket: BUCKET.to_owned(),
        worker_function: WORKER.to_owned(),
        mail_function: MAIL.to_owned(),
        mail_from: Some(MAIL_FROM.to_owned()),
        mail_configuration_set: Some(engines::MAIL_CONFIGURATION_SET.to_owned()),
        mails_per_team_and_day: app::settings::MAILS_PER_TEAM_AND_DAY,
        mail_topic: Some(engines::MAIL_TOPIC.to_owned()),
        team_claim: "team".to_owned(),
        write_units_per_second: None,
        directory_bytes: 512 << 20,
        console: None,
        portal: Portal { origin: Some(ORIGIN.to_owned()), code_keys: CodeKeys::parse(CODE_KEY), microsoft: None, google: None, oidc: None },
    }
}

async fn in_memory() -> Engines {
    let options = EngineOptions { data: Data::Memory, ports: Ports::Free, template_root: root() };
    Engines::start(options).await.expect("the engines start")
}

impl TestApp {
    /// Starts engines in memory on free ports, and a worker that does what it is asked.
    pub async fn start() -> Self {
        Self::start_over(|http| http).await
    }

    /// The same over another network.
    pub async fn start_over(network: impl FnOnce(SharedHttpClient) -> SharedHttpClient) -> Self {
        let engines = in_memory().await;
        let settings = settings(&engines);
        let http = network(app::aws::http_client().expect("the client is made"));
        Self::over(engines, app::aws::clients_over(&settings, &http), settings)
    }

    /// The same with a meter at the table.
    pub async fn start_metered(meter: &Meter) -> Self {
        let engines = in_memory().await;
        let settings = settings(&engines);
        let mut clients = app::aws::clients(&settings).expect("the clients are made");
        let metered = meter.on(&clients.dynamodb);
        clients.dynamodb = app::aws::when_used(|| metered);
        Self::over(engines, clients, settings)
    }

    fn over(engines: Engines, clients: Clients, settings: Settings) -> Self {
        let now: Timestamp = "2026-03-01T09:00:00Z".parse().expect("a time");
        let app = App::over(clients.clone(), settings, Clock::set_by_hand(now));
        let rights = Arc::new(Rights::new(&engines.template));
        let test = Self { app, engines, rights, clients, teams: Mutex::default(), held: Arc::default() };
        let (worker, kept) = (test.app_of("jobs-work"), test.held.clone());
        test.engines.lambda.register(WORKER, move |event| {
            let (app, kept) = (worker.clone(), kept.clone());
            async move {
                let task: Task = serde_json::from_value(event).map_err(|problem| problem.to_string())?;
                if let Some(task) = keep(&kept, task) {
                    return perform(&app, task).await;
                }
                Ok(())
            }
        });
        test
    }

    /// The app as a function of the template has it: what the function has no right to is not done, and the test fails.
    pub fn app_of(&self, function: &str) -> App {
        let App { settings, directories, clock, .. } = self.app.clone();
        let app = App::over(self.rights.watch(function, &self.clients), (*settings).clone(), clock);
        App { settings, directories, ..app }
    }

    /// A member with these permissions.
    pub async fn member(&self, team: &str, permissions: &[Permission]) -> Member {
        let team: TeamId = team.parse().expect("a team");
        let id = format!("test|{}", app::random::uuid()).parse().expect("a member");
        self.app.store.admit_member(&team, &id, "member@example.com".to_owned(), "Member".to_owned()).await.expect("admitted");
        self.app.store.save_permissions(&team, &id, &permissions.iter().copied().collect()).await.expect("saved")
    }

    /// A contact in the table.
    pub async fn contact(&self, team: &str, contact: ContactBuilder) -> Contact {
        let contact = contact.save(self, &team.parse().expect("a team")).await;
        self.teams.lock().expect("no test fails here").insert(contact.id, team.parse().expect("a team"));
        contact
    }

    /// Changes a field of a contact, as a member does by hand.
    pub async fn change(&self, contact: &Contact, field: &str, value: &str) -> Contact {
        let team = self.teams.lock().expect("no test fails here").get(&contact.id).cloned().expect("made by this test");
        self.change_in(&team, contact, field, value).await
    }

    /// Changes a field of any contact of a team.
    pub async fn change_in(&self, team: &TeamId, contact: &Contact, field: &str, value: &str) -> Contact {
        self.app.clock.advance(Duration::from_millis(1));
        let mut profile = contact.profile.clone();
        profile.set(field.parse().expect("a field"), &value.into()).expect("it fits");
        builder::commit(self, team, contact.id, Some(contact.clone()), profile).await
    }

    /// Gives a contact another profile, as a member does by hand.
    pub async fn save(&self, team: &TeamId, contact: &Contact, profile: Profile) -> Contact {
        self.app.clock.advance(Duration::from_millis(1));
        builder::commit(self, team, contact.id, Some(contact.clone()), profile).await
    }

    /// Makes a call as API Gateway would, through the same code that a function runs and with its rights. The answer has to be one that the API describes.
    pub async fn call(&self, route: Route, call: Call) -> Answer {
        let described = call.is_for(&route).then(|| Description::of(std::slice::from_ref(&route)));
        let event = call.event(&route);
        let app = self.app_of(route.name);
        let answer = Answer::new(&app::host::serve(route.router(app), event).await.expect("the function answers"));
        let problems = described.map(|described| described.problems_of_answer(&answer)).unwrap_or_default();
        assert!(problems.is_empty(), "the API answers what it does not describe: {problems:#?}");
        answer
    }

    /// Waits until the worker has done everything it was asked.
    pub async fn settle(&self) {
        self.engines.lambda.idle().await;
    }

    /// Keeps the worker from what it is asked from now on.
    pub fn hold_worker(&self) {
        self.held.lock().expect("no test fails here").is_holding = true;
    }

    /// Lets the worker do what it was kept from, and everything after.
    pub async fn release_worker(&self) {
        let tasks = {
            let mut held = self.held.lock().expect("no test fails here");
            held.is_holding = false;
            std::mem::take(&mut held.tasks)
        };
        let worker = self.app_of("jobs-work");
        for task in tasks {
            let mut done = perform(&worker, task.clone()).await;
            // As Lambda does with an event whose function fails, a minute later.
            for _ in 0..2 {
                if done.is_err() {
                    self.clock_forward(61).await;
                    done = perform(&worker, task.clone()).await;
                }
            }
            done.expect("the task is done");
        }
        self.settle().await;
    }

    /// A job as the table has it.
    pub async fn job(&self, team: &str, id: &Value) -> Job {
        let id: JobId = id.as_str().and_then(|id| id.parse().ok()).expect("an id");
        self.app.store.get_job(&team.parse().expect("a team"), id).await.expect("the job is there")
    }

    /// How many contacts a search finds.
    pub async fn search(&self, team: &str, q: &str) -> usize {
        let filter = Filter::new(q, None);
        self.app.read_directory(&team.parse().expect("a team"), |directory| directory.matching(&filter).len()).await.expect("the directory is read")
    }

    /// Sends a file by the request that an import answered with; whether it was taken.
    pub async fn upload(&self, upload: &Value, bytes: &[u8]) -> bool {
        let mut request = reqwest::Client::builder().build().expect("a client").put(upload["url"].as_str().expect("a link")).body(bytes.to_vec());
        for (name, value) in upload["headers"].as_object().expect("headers") {
            if !name.eq_ignore_ascii_case("content-length") {
                request = request.header(name, value.as_str().expect("a text"));
            }
        }
        request.send().await.is_ok_and(|answer| answer.status().is_success())
    }

    /// Fetches what a link leads to.
    pub async fn download(&self, url: &str) -> String {
        let answer = reqwest::get(url).await.expect("the link leads somewhere");
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.text().await.expect("a text")
    }

    /// Moves the clock.
    pub async fn clock_forward(&self, seconds: u64) {
        self.app.clock.advance(Duration::from_secs(seconds));
        tokio::task::yield_now().await;
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.rights.denied(), Vec::<String>::new());
        }
    }
}

fn keep(held: &Mutex<Held>, task: Task) -> Option<Task> {
    let mut held = held.lock().expect("no test fails here");
    if held.is_holding {
        held.tasks.push(task);
        return None;
    }
    Some(task)
}

async fn perform(app: &App, task: Task) -> Result<(), String> {
    let deadline = Deadline::within(&app.clock, Duration::from_mins(15));
    app.perform(task, deadline).await.map_err(|error| format!("{error:?}"))
}
