//! How fast the worker function imports and exports, and in how much memory, beside what the engine takes raw:
//! `cargo bench -p testing --bench jobs -- [rows] [rounds]`, after `cargo build --release -p jobs`.
//!
//! The worker is the program that is deployed, in a process of its own for each step; the engines run in another.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints its figures, and ends where it cannot measure")]

mod other_process;
mod raw;

use app::{App, engine::parts, random, worker::Task};
use domain::{
    ids::TeamId,
    job::{FilterText, ImportOptions, Job, MatchBy, Mode, Review, State, Work},
    team::{Member, Permission},
};
use other_process::OtherProcess;
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use testing::{people, runtime::Runtime};

/// How long a function may work on one event: Lambda's own limit.
const LIVES: Duration = Duration::from_mins(15);
/// Up to how many rows the items fit into this program's memory, to be written raw.
const MAX_RAW: u64 = 250_000;

/// One step by the worker.
struct Worked {
    rate: f64,
    peak_mb: u64,
}

/// One round. Without raw figures when there are too many rows.
struct Round {
    plan: Worked,
    apply: Worked,
    export: Worked,
    raw_write: Option<f64>,
    raw_read: f64,
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let first = arguments.next();
    if first.as_deref() == Some("engines") {
        return other_process::run(arguments.next().map(PathBuf::from).expect("a folder")).await;
    }
    let rows = first.and_then(|rows| rows.parse().ok()).unwrap_or(100_000);
    let rounds = arguments.next().and_then(|rounds| rounds.parse().ok()).unwrap_or(3);
    println!(
        "| round | plan, rows/s | apply, rows/s | raw writes, rows/s | apply / raw | export, rows/s | raw reads, rows/s | export / raw | peak memory of plan, apply, export |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let (mut of_writes, mut of_reads) = (Vec::new(), Vec::new());
    for number in 1..=rounds {
        let Round { plan, apply, export, raw_write, raw_read } = round(rows).await;
        let (raw, share) =
            raw_write.map_or(("-".to_owned(), "-".to_owned()), |raw| (format!("{raw:.0}"), format!("{:.0} %", 100.0 * apply.rate / raw)));
        println!(
            "| {number} | {:.0} | {:.0} | {raw} | {share} | {:.0} | {raw_read:.0} | {:.0} % | {} MB, {} MB, {} MB |",
            plan.rate,
            apply.rate,
            export.rate,
            100.0 * export.rate / raw_read,
            plan.peak_mb,
            apply.peak_mb,
            export.peak_mb
        );
        of_writes.extend(raw_write.map(|raw| apply.rate / raw));
        of_reads.push(export.rate / raw_read);
    }
    if !of_writes.is_empty() {
        println!("\n{rows} rows. Apply reaches {:.0} % of raw writes (median; the bar is 60 %).", 100.0 * median(&mut of_writes));
    }
    println!("\n{rows} rows. Export reaches {:.0} % of raw reads (median).", 100.0 * median(&mut of_reads));
}

async fn round(rows: u64) -> Round {
    let engines = OtherProcess::start();
    let app = engines.app();
    let team: TeamId = "bench".parse().expect("a team");
    let member = Member {
        id: "bench|1".parse().expect("a member"),
        team: team.clone(),
        email: "bench@example.com".to_owned(),
        name: "Bench".to_owned(),
        permissions: Permission::ALL.into(),
    };
    let job = import(&app, &member, rows).await;
    let (plan, job) = work(&engines, &app, job).await;
    assert_eq!((job.state, job.rows), (State::Planned, Some(rows)), "{job:?}");
    let began = app.store.change_job(&team, job.id, |job| {
        (job.state, job.stamps, job.lease) = (State::Applying, vec![app.clock.now_ms()], None);
        Ok(())
    });
    let (job, ()) = began.await.expect("the job is changed");
    let (apply, job) = work(&engines, &app, job).await;
    assert_eq!((job.state, job.counts), (State::Done, job.planned), "{job:?}");

    let (chosen, contacts) = app.choose_filter(&team, FilterText::default()).await.expect("the directory is read");
    assert_eq!(contacts.len() as u64, job.counts.created, "contacts are missing");
    let raw_read = per_second(contacts.len() as u64, raw::read(&app, &team, &contacts).await);
    let export = app.new_job(&member, random::job_id(app.clock.now_ms()), Work::Export { chosen }, State::Applying, Review::Skip);
    let export = app.start(export, &contacts).await.expect("the export starts");
    let (export, job) = work(&engines, &app, export).await;
    assert_eq!((job.state, job.exported), (State::Done, contacts.len() as u64), "{job:?}");

    if rows > MAX_RAW {
        return Round { plan, apply, export, raw_write: None, raw_read };
    }
    let items = raw::written(&app, &team).await;
    drop(engines);
    let fresh = OtherProcess::start();
    let raw_write = Some(per_second(rows, raw::write(&fresh.app(), items).await));
    Round { plan, apply, export, raw_write, raw_read }
}

/// Uploads a file of so many rows and has it planned.
async fn import(app: &App, member: &Member, rows: u64) -> Job {
    let work = Work::Import { file_name: "contacts.csv".to_owned(), bytes: 0, options: None };
    let mut job = app.new_job(member, random::job_id(app.clock.now_ms()), work, State::Planning, Review::First);
    let key = parts::upload(&member.team, job.id);
    let mut upload = app.files.upload(&key).await.expect("the upload begins");
    upload.push(people::CSV_HEADER.as_bytes()).await.expect("it is taken");
    for number in 0..rows {
        upload.push(people::csv_row(number).as_bytes()).await.expect("it is taken");
    }
    upload.finish().await.expect("it is taken");
    let object = app.files.look(&key).await.expect("the bucket answers").expect("it is there");
    let options = ImportOptions {
        etag: object.etag,
        mode: Mode::default(),
        match_by: MatchBy::default(),
        columns: std::collections::BTreeMap::new(),
        encoding: None,
        delimiter: None,
        format: None,
        uses: Vec::new(),
    };
    job.work = Work::Import { file_name: "contacts.csv".to_owned(), bytes: object.bytes, options: Some(Box::new(options)) };
    app.store.add_job(&job).await.expect("the job is recorded");
    job
}

/// Lets a worker that starts for it do a job until it waits for somebody or ends.
async fn work(engines: &OtherProcess, app: &App, job: Job) -> (Worked, Job) {
    let mut runtime = Runtime::start(LIVES).await;
    let program = std::env::current_exe().expect("this program has a path").ancestors().nth(2).expect("target/release").join("jobs-work");
    let worker = runtime.launch(&program, &engines.environment()).await;
    let event = serde_json::to_value(Task::Job { team: job.team.clone(), job: job.id }).expect("it is JSON");
    let started = Instant::now();
    let mut after = job;
    while after.state.is_live() {
        runtime.handle(event.clone()).await.expect("the worker works");
        after = app.store.get_job(&after.team, after.id).await.expect("the job is there");
    }
    let rows = after.rows.unwrap_or_default();
    (Worked { rate: per_second(rows, started.elapsed()), peak_mb: worker.peak_memory().div_ceil(1_000_000) }, after)
}

#[expect(clippy::cast_precision_loss, reason = "no figure here has more than 52 bits")]
fn per_second(rows: u64, time: Duration) -> f64 {
    rows as f64 / time.as_secs_f64()
}

fn median(shares: &mut [f64]) -> f64 {
    shares.sort_unstable_by(f64::total_cmp);
    shares.get(shares.len() / 2).copied().unwrap_or_default()
}
