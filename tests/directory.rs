//! The directory in memory, over the table and the bucket: whatever happens to its snapshot or its process, a search finds what the table holds.

use app::worker::Task;
use domain::{
    directory::Filter,
    ids::TeamId,
    team::{Member, Permission},
};
use serde_json::json;
use std::sync::{Arc, Mutex};
use testing::{Call, ImportRoutes, Meter, TestApp, a_contact, people_csv};

const ROUTES: ImportRoutes = ImportRoutes { start: jobs::start_import::route, plan: jobs::plan_import::route, apply: jobs::apply::route };
const PEOPLE: usize = 1_200;

/// A team that is large enough for a snapshot, which the worker wrote when the import had ended.
async fn a_large_team(test: &TestApp) -> (Member, TeamId) {
    let importer = test.member("demo", &[Permission::ImportContacts, Permission::ModifyContacts]).await;
    let job = test.import(&ROUTES, &importer, &people_csv(0..PEOPLE, "X"), &json!({})).await;
    assert_eq!(job.counts.created, 1_200);
    test.settle().await;
    (importer.clone(), importer.team)
}

#[tokio::test]
async fn a_cold_process_reads_the_snapshot_and_what_came_after() {
    let test = TestApp::start().await;
    let (_, team) = a_large_team(&test).await;
    assert!(test.app.store.find_snapshot(&team).await.expect("the table answers").is_some());
    test.clock_forward(3_600).await;
    test.contact("demo", a_contact().named("Newcomer")).await;
    test.app.directories.forget().await;
    assert_eq!((test.search("demo", "newcomer").await, test.search("demo", "person").await), (1, PEOPLE));
}

#[tokio::test]
async fn a_process_that_rested_reads_the_newest_snapshot_instead_of_everything_since() {
    let meter = Meter::default();
    let test = TestApp::start_metered(&meter).await;
    let (importer, team) = a_large_team(&test).await;
    let mut rested = test.app.clone();
    rested.directories = Arc::new(app::directory::Directories::new(usize::MAX));
    let (rested, of) = (&rested, &team);
    let people = |words: &'static str| async move {
        rested.read_directory(of, |directory| directory.matching(&Filter::new(words, None)).len()).await.expect("read")
    };
    assert_eq!(people("person").await, PEOPLE);
    for (rows, company) in [(PEOPLE..3 * PEOPLE, "Y"), (0..PEOPLE, "Z")] {
        test.clock_forward(3_600).await;
        test.import(&ROUTES, &importer, &people_csv(rows, company), &json!({})).await;
        test.settle().await;
    }
    test.clock_forward(3_600).await;
    test.contact("demo", a_contact().named("Newcomer")).await;
    meter.take();
    assert_eq!((people("person").await, people("newcomer").await), (3 * PEOPLE, 1));
    let read = meter.take().read;
    assert!(read < 600.0, "the last import's changes may be read again, with those before it that would be 1,300 units: {read}");
}

#[tokio::test]
async fn a_long_job_leaves_snapshots_on_its_way() {
    let test = TestApp::start().await;
    let importer = test.member("demo", &[Permission::ImportContacts, Permission::ModifyContacts]).await;
    let planned = test.plan_import(&ROUTES, &importer, &people_csv(0..11_000, "X"), &json!({})).await;
    let (app, asked): (_, Arc<Mutex<usize>>) = (test.app_of("jobs-work"), Arc::default());
    let seen = asked.clone();
    test.engines.lambda.register("worker", move |event| {
        let (app, seen) = (app.clone(), seen.clone());
        async move {
            let task: Task = serde_json::from_value(event).map_err(|problem| problem.to_string())?;
            *seen.lock().expect("no test fails here") += usize::from(matches!(task, Task::Snapshot { .. }));
            let deadline = app::host::Deadline::within(&app.clock, std::time::Duration::from_mins(15));
            app.perform(task, deadline).await.map_err(|problem| format!("{problem:?}"))
        }
    });
    test.call(jobs::apply::route(), Call::post(&format!("/v1/jobs/{}/apply", planned.id)).by(&importer)).await;
    assert_eq!(test.finish(&importer, &json!(planned.id)).await.counts.created, 11_000);
    assert_eq!(*asked.lock().expect("no test fails here"), 2, "after 10,000 rows and at the end");
}

#[tokio::test]
async fn a_damaged_or_missing_snapshot_is_rebuilt_from_the_table_and_replaced() {
    let test = TestApp::start().await;
    let (_, team) = a_large_team(&test).await;
    for damage in [Some(b"garbage".to_vec()), None] {
        let pointer = test.app.store.find_snapshot(&team).await.expect("the table answers").expect("a snapshot");
        match damage {
            Some(bytes) => test.app.files.save(&pointer.object, bytes).await.expect("saved"),
            None => test.app.files.remove(&pointer.object).await.expect("removed"),
        }
        test.app.directories.forget().await;
        assert_eq!(test.search("demo", "person").await, PEOPLE);
        test.settle().await;
        let replaced = test.app.store.find_snapshot(&team).await.expect("the table answers").expect("a snapshot");
        assert_eq!(replaced.version, pointer.version + 1);
    }
}

#[tokio::test]
async fn two_workers_that_write_a_snapshot_leave_one_that_counts() {
    let test = TestApp::start().await;
    let (_, team) = a_large_team(&test).await;
    let pointer = test.app.store.find_snapshot(&team).await.expect("the table answers").expect("a snapshot");
    test.app.files.remove(&pointer.object).await.expect("removed");
    let (one, other) = tokio::join!(test.app.write_snapshot(&team), test.app.write_snapshot(&team));
    assert!(one.is_ok() && other.is_ok());
    test.app.directories.forget().await;
    assert_eq!(test.search("demo", "person").await, PEOPLE);
}

#[tokio::test]
async fn a_team_that_was_not_asked_for_lately_is_dropped_and_read_again() {
    let mut test = TestApp::start().await;
    a_large_team(&test).await;
    test.contact("other", a_contact().named("Other")).await;
    test.app.directories = Arc::new(app::directory::Directories::new(1));
    for _ in 0..2 {
        assert_eq!((test.search("demo", "person").await, test.search("other", "other").await), (PEOPLE, 1));
    }
}

#[tokio::test]
async fn people_without_any_key_who_were_deleted_can_be_imported_again_and_are_found() {
    let test = TestApp::start().await;
    let importer = test.member("demo", &[Permission::ImportContacts, Permission::ModifyContacts]).await;
    let file = "firstName,lastName\nAnn,Lee\nBob,Stone\n".as_bytes();
    test.import(&ROUTES, &importer, file, &json!({})).await;
    let all = json!({"action": "delete", "selection": {"filter": {}}});
    test.call(jobs::bulk::route(), Call::post("/v1/contacts/bulk").by(&importer).json(&all)).await;
    assert_eq!(test.search("demo", "").await, 0);
    let again = test.import(&ROUTES, &importer, file, &json!({})).await;
    assert_eq!((again.counts.created, test.search("demo", "").await), (2, 2));
    test.app.directories.forget().await;
    assert_eq!(test.search("demo", "").await, 2);
}

#[tokio::test]
async fn an_undo_that_was_cut_off_before_it_began_does_not_block_the_next() {
    let test = TestApp::start().await;
    let (importer, team) = a_large_team(&test).await;
    let import = test.app.store.list_jobs(&team, None, 1).await.expect("the table answers").0[0].id;
    test.hold_worker();
    let undo = test.app.start_undo(&importer, import).await.expect("the undo begins");
    let cancelled = test.app.store.change_job(&team, undo.id, |job| {
        job.state = domain::job::State::Cancelled;
        Ok(())
    });
    cancelled.await.expect("saved, and then the process died");
    let second = test.app.start_undo(&importer, import).await.expect("the first does not count");
    test.release_worker().await;
    test.app
        .perform(Task::Job { team: team.clone(), job: second.id }, app::host::Deadline::within(&test.app.clock, std::time::Duration::from_mins(15)))
        .await
        .expect("done");
    assert_eq!(test.finish(&importer, &json!(second.id)).await.counts.deleted, 1_200);
}

#[tokio::test]
async fn only_jobs_that_write_share_what_the_table_takes() {
    let test = TestApp::start().await;
    let importer = test.member("demo", &[Permission::ImportContacts, Permission::ModifyContacts]).await;
    let others = test.member("other", &[Permission::ImportContacts, Permission::ModifyContacts]).await;
    let mut planned = Vec::new();
    for (by, rows) in [(&importer, 0..3), (&importer, 3..6), (&others, 0..3)] {
        planned.push((by, test.plan_import(&ROUTES, by, &people_csv(rows, "X"), &json!({})).await));
    }
    assert_eq!(test.app.count_writing_jobs(&importer.team).await.expect("counted"), 0, "a plan writes nothing");
    test.hold_worker();
    for (by, job) in &planned {
        test.call(jobs::apply::route(), Call::post(&format!("/v1/jobs/{}/apply", job.id)).by(by)).await;
    }
    let export = json!({"selection": {"filter": {}}, "format": "csv"});
    test.call(jobs::start_export::route(), Call::post("/v1/exports").by(&importer).json(&export)).await;
    assert_eq!(test.app.count_writing_jobs(&importer.team).await.expect("counted"), 2);
    test.release_worker().await;
    test.settle().await;
    assert_eq!(test.app.count_writing_jobs(&importer.team).await.expect("counted"), 0);
}
