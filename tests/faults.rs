//! Jobs and sign-ins under faults: whatever fails on the way, each row is applied once and counted once, and each code comes once.

#![expect(clippy::disallowed_methods, reason = "the environment says how long a test may take")]
#![expect(
    clippy::expect_used,
    clippy::cast_possible_truncation,
    reason = "a test that cannot go on must stop at once; no test has four billion rows"
)]

#[path = "faults/sign_in.rs"]
mod sign_in;

use app::{engine::MAX_TRIES, host::Deadline, worker::Task};
use domain::{
    contact::Profile,
    job::{Job, State},
    team::{Member, Permission},
};
use serde_json::json;
use std::{collections::BTreeMap, env, time::Duration};
use testing::{FailingNetwork, Fault, ImportRoutes, TestApp, people_csv};

const ROUTES: ImportRoutes = ImportRoutes { start: jobs::start_import::route, plan: jobs::plan_import::route, apply: jobs::apply::route };

/// An import of `rows` people of whom the first half is there already, with another company.
async fn half_there(test: &TestApp, rows: usize) -> (Member, Vec<u8>) {
    let importer = test.member("demo", &[Permission::ImportContacts, Permission::ModifyContacts]).await;
    let first = test.import(&ROUTES, &importer, &people_csv(0..rows / 2, "Old"), &json!({})).await;
    assert_eq!(first.counts.created as usize, rows / 2);
    (importer, people_csv(0..rows, "New"))
}

async fn check(test: &TestApp, job: &Job, rows: usize) {
    assert_eq!(job.state, State::Done, "{:?}", job.problem);
    let counts = job.counts;
    assert_eq!((counts.created as usize, counts.updated as usize, counts.failed, counts.rows() as usize), (rows - rows / 2, rows / 2, 0, rows));
    let contacts = test.contacts("demo").await;
    assert_eq!(contacts.len(), rows, "no duplicate and none lost");
    assert!(contacts.iter().all(|contact| contact.profile.text(domain::field::Field::Company) == "New"));
    assert!(contacts.iter().all(|contact| contact.version.get() <= 2), "no row was applied twice");
    assert_eq!(test.problems("demo").await, Vec::<String>::new());
}

async fn import_through(operation: &'static str, fault: Fault, every: u64) {
    const ROWS: usize = 2_400;
    let failing = std::sync::OnceLock::new();
    let test = TestApp::start_over(|http| {
        let network = FailingNetwork::new(http, operation, fault, every);
        failing.set(network.clone()).expect("set once");
        app_http(network)
    })
    .await;
    let (importer, file) = half_there(&test, ROWS).await;
    let job = test.import(&ROUTES, &importer, &file, &json!({})).await;
    assert!(failing.get().expect("set").failed() > 0, "the fault struck");
    check(&test, &job, ROWS).await;
    let undone = test.app.start_undo(&importer, job.id).await.expect("the undo begins");
    let undone = test.finish(&importer, &json!(undone.id)).await;
    assert_eq!((undone.counts.deleted as usize, undone.counts.updated as usize, undone.counts.failed), (ROWS - ROWS / 2, ROWS / 2, 0));
    assert_eq!(test.contacts("demo").await.len(), ROWS / 2);
    assert_eq!(test.problems("demo").await, Vec::<String>::new());
}

fn app_http(network: FailingNetwork) -> aws_smithy_runtime_api::client::http::SharedHttpClient {
    aws_smithy_runtime_api::client::http::SharedHttpClient::new(network)
}

#[tokio::test]
async fn transactions_whose_reply_is_lost_are_counted_once() {
    import_through("TransactWriteItems", Fault::ReplyLost, 5).await;
}

#[tokio::test]
async fn transactions_that_never_arrive_are_sent_again() {
    import_through("TransactWriteItems", Fault::NeverSent, 3).await;
}

#[tokio::test]
async fn every_second_transaction_throttled_only_takes_longer() {
    import_through("TransactWriteItems", Fault::Throttled, 2).await;
}

#[tokio::test]
async fn a_job_record_whose_reply_is_lost_moves_on_once() {
    import_through("PutItem", Fault::ReplyLost, 2).await;
}

#[tokio::test]
async fn reads_that_fail_are_read_again() {
    import_through("BatchGetItem", Fault::NeverSent, 3).await;
}

/// Takes a job up again and again, as the sweeper does.
async fn take_up(test: &TestApp, job: &Job, times: u32) {
    for _ in 0..times {
        let (deadline, task) = (Deadline::within(&test.app.clock, Duration::from_mins(15)), Task::Job { team: job.team.clone(), job: job.id });
        let _may_fail = test.app.perform(task, deadline).await;
        test.clock_forward(61).await;
    }
}

#[tokio::test]
async fn a_job_whose_writes_never_arrive_is_cancelled_and_its_rows_are_listed() {
    let test = TestApp::start_over(|http| app_http(FailingNetwork::after(1, http, "TransactWriteItems", Fault::NeverSent, 1))).await;
    let importer = test.member("demo", &[Permission::ImportContacts, Permission::ModifyContacts]).await;
    let planned = test.plan_import(&ROUTES, &importer, &people_csv(0..30, "X"), &json!({})).await;
    test.hold_worker();
    test.call(jobs::apply::route(), testing::Call::post(&format!("/v1/jobs/{}/apply", planned.id)).by(&importer)).await;
    take_up(&test, &planned, MAX_TRIES).await;
    let job = test.job("demo", &json!(planned.id)).await;
    assert_eq!((job.state, job.counts.rows()), (State::Applying, 0), "it is not given up too early");
    take_up(&test, &planned, 1).await;
    let job = test.job("demo", &json!(planned.id)).await;
    assert_eq!((job.state, job.counts.failed, job.counts.rows()), (State::Cancelled, 30, 30));
    assert!(job.problem.is_some_and(|problem| problem.contains(&format!("{MAX_TRIES} times"))));
}

#[tokio::test]
async fn an_export_that_cannot_be_read_ends_as_failed() {
    let test = TestApp::start().await;
    let importer = test.member("demo", &[Permission::ImportContacts, Permission::ModifyContacts]).await;
    test.import(&ROUTES, &importer, &people_csv(0..3, "X"), &json!({})).await;
    test.hold_worker();
    let started = test.call(jobs::start_export::route(), testing::Call::post("/v1/exports").by(&importer).json(&json!({"selection": "all"}))).await;
    let job = test.job("demo", &started.json["id"]).await;
    let chosen = app::engine::parts::upload(&job.team, job.id).replace("upload.csv", "contacts.zst");
    assert!(test.app.files.find(&chosen).await.expect("the bucket answers").is_some());
    test.app.files.save(&chosen, b"damaged".to_vec()).await.expect("saved");
    take_up(&test, &job, MAX_TRIES + 1).await;
    let job = test.job("demo", &started.json["id"]).await;
    assert_eq!((job.state, job.exported), (State::Failed, 0));
    assert!(job.problem.is_some_and(|problem| problem.contains(&format!("{MAX_TRIES} times"))));
}

/// Kills the worker at ten random points of an import and of its undo. `KDESK_CRASH_ROWS` sets how many rows.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_killed_at_ten_random_points_ends_exact_to_the_row() {
    let rows: usize = env::var("KDESK_CRASH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(6_000);
    let test = TestApp::start().await;
    let (importer, file) = half_there(&test, rows).await;
    let planned = test.plan_import(&ROUTES, &importer, &file, &json!({})).await;
    let before = profiles(&test).await;
    test.hold_worker();
    let begun = test.call(jobs::apply::route(), testing::Call::post(&format!("/v1/jobs/{}/apply", planned.id)).by(&importer)).await;
    assert_eq!(begun.json["state"], "applying");
    let kills = kill_ten_times(&test, &planned, rows).await;
    test.release_worker().await;
    let job = test.finish(&importer, &json!(planned.id)).await;
    check(&test, &job, rows).await;
    println!("{rows} rows, killed {kills} times while applying");

    test.hold_worker();
    let undo = test.app.start_undo(&importer, job.id).await.expect("the undo begins");
    let kills = kill_ten_times(&test, &undo, rows).await;
    test.release_worker().await;
    let undone = test.finish(&importer, &json!(undo.id)).await;
    assert_eq!((undone.counts.rows() as usize, undone.counts.failed), (rows, 0));
    assert_eq!(profiles(&test).await, before, "field for field as before");
    assert_eq!(test.problems("demo").await, Vec::<String>::new());
    println!("{rows} rows, killed {kills} times while undoing");
}

/// Starts the worker ten times and stops it dead at a random point, each one a thirteenth of the rows further on: requests on their way may or may not
/// take effect. How often it was stopped, for it may end in the very moment.
async fn kill_ten_times(test: &TestApp, job: &Job, rows: usize) -> usize {
    let mut kills = 0;
    for n in 0..10 {
        let (app, task) = (test.app.clone(), Task::Job { team: job.team.clone(), job: job.id });
        let worker = tokio::spawn(async move { app.perform(task, Deadline::within(&app.clock, Duration::from_mins(15))).await });
        let mut random = [0; 2];
        app::random::fill(&mut random);
        let point = rows * (n * 256 + usize::from(random[0])) / (13 * 256);
        while !worker.is_finished() && (test.job("demo", &json!(job.id)).await.counts.rows() as usize) < point {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_micros(100 * u64::from(random[1]))).await;
        worker.abort();
        kills += usize::from(worker.await.is_err());
        test.clock_forward(61).await;
    }
    assert!(kills > 7, "{kills}");
    kills
}

async fn profiles(test: &TestApp) -> BTreeMap<String, Profile> {
    test.contacts("demo").await.into_iter().map(|contact| (contact.id.to_string(), contact.profile)).collect()
}
