//! Imports in tests: a file goes in as a member sends it, and the job is followed to its end.

use crate::{Call, TestApp};
use app::{Route, host::Deadline, worker::Task};
use domain::{job::Job, team::Member};
use serde_json::{Value, json};
use std::{fmt::Write, time::Duration};

/// The routes an import goes through; the areas hand them in, so that this crate needs none of them.
#[derive(Debug)]
pub struct ImportRoutes {
    /// `jobs::start_import::route`.
    pub start: fn() -> Route,
    /// `jobs::plan_import::route`.
    pub plan: fn() -> Route,
    /// `jobs::apply::route`.
    pub apply: fn() -> Route,
}

impl TestApp {
    /// Uploads a file; answers the job's id.
    pub async fn upload_import(&self, routes: &ImportRoutes, by: &Member, file: &[u8]) -> Value {
        let started =
            self.call((routes.start)(), Call::post("/v1/imports").by(by).json(&json!({"fileName": "contacts.csv", "size": file.len()}))).await;
        assert_eq!(started.status, http::StatusCode::CREATED, "{}", started.json);
        assert!(self.upload(&started.json["upload"], file).await, "the upload is taken");
        started.json["job"]["id"].clone()
    }

    /// Uploads and plans a file, and waits for the plan.
    pub async fn plan_import(&self, routes: &ImportRoutes, by: &Member, file: &[u8], how: &Value) -> Job {
        let id = self.upload_import(routes, by, file).await;
        let path = format!("/v1/imports/{}/plan", id.as_str().expect("an id"));
        let planning = self.call((routes.plan)(), Call::post(&path).by(by).json(how)).await;
        assert_eq!(planning.status, http::StatusCode::ACCEPTED, "{}", planning.json);
        self.finish(by, &id).await
    }

    /// Uploads, plans and applies a file, and waits for the end.
    pub async fn import(&self, routes: &ImportRoutes, by: &Member, file: &[u8], how: &Value) -> Job {
        let planned = self.plan_import(routes, by, file, how).await;
        assert_eq!(planned.state, domain::job::State::Planned, "{:?}", planned.problem);
        let path = format!("/v1/jobs/{}/apply", planned.id);
        let applying = self.call((routes.apply)(), Call::post(&path).by(by)).await;
        assert_eq!(applying.status, http::StatusCode::ACCEPTED, "{}", applying.json);
        self.finish(by, &json!(planned.id)).await
    }

    /// Follows a job until no worker is needed any more. A worker that gave up for now is followed by another, as the sweeper sees to it each minute.
    pub async fn finish(&self, by: &Member, id: &Value) -> Job {
        for _ in 0..100 {
            self.settle().await;
            let job = self.job(by.team.as_str(), id).await;
            if !job.state.is_live() {
                return job;
            }
            self.clock_forward(61).await;
            let task = Task::Job { team: by.team.clone(), job: job.id };
            // What a worker could not do now the next one does.
            self.app_of("jobs-work").perform(task, Deadline::within(&self.app.clock, Duration::from_mins(15))).await.unwrap_or_default();
        }
        panic!("the job never ends");
    }
}

/// A file of this many people: names of several scripts, an address, a phone, a company.
pub fn people_csv(rows: std::ops::Range<usize>, company: &str) -> Vec<u8> {
    const FIRST: [&str; 8] = ["Zoë", "Åsa", "Łukasz", "Ελένη", "Иван", "李", "محمد", "Nguyễn"];
    let mut file = String::from("firstName,lastName,primaryEmail,phones,company,notes\r\n");
    for n in rows {
        let first = FIRST[n % FIRST.len()];
        write!(file, "{first},Person {n},person{n}@example.com,+49 30 {:07},{company},\"note {n}, with a comma\"\r\n", 1_000_000 + n)
            .expect("a text takes more");
    }
    file.into_bytes()
}
