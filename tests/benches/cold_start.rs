//! How long each HTTP function takes from its process's start to its first request for work, beside a function that only says hello:
//! `cargo bench -p testing --bench cold_start -- [runs]`, after
//! `cargo build --release -p contacts -p jobs -p mail -p portal -p team -p console` and `cargo build --release -p app --example hello`.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints its figures, and ends where it cannot measure")]

use std::{path::PathBuf, time::Duration};
use testing::runtime::Runtime;

/// The most a function may take, as a multiple of what hello takes.
const BAR: f64 = 1.6;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let runs = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(20);
    let folder = folder();
    let hello = folder.join("examples/hello");
    let routes = contacts::routes()
        .into_iter()
        .chain(jobs::routes())
        .chain(mail::routes())
        .chain(portal::routes())
        .chain(team::routes())
        .chain(console::routes());
    let mut measured: Vec<(&str, Vec<Duration>, Vec<Duration>)> = routes.map(|route| (route.name, Vec::new(), Vec::new())).collect();
    let mut runtime = Runtime::start(Duration::from_mins(1)).await;
    let environment = environment();
    // The first start of a program reads it from the disk.
    for (name, ..) in &measured {
        runtime.launch(&folder.join(name), &environment).await;
    }
    for _ in 0..runs {
        for (name, function, beside) in &mut measured {
            beside.push(runtime.launch(&hello, &environment).await.cold_start);
            function.push(runtime.launch(&folder.join(*name), &environment).await.cold_start);
        }
    }
    println!("| function | ms | hello, ms | ratio |");
    println!("| --- | ---: | ---: | ---: |");
    let mut worst: f64 = 0.0;
    for (name, function, beside) in &mut measured {
        let (function, beside) = (median(function), median(beside));
        worst = worst.max(function / beside);
        println!("| `{name}` | {function:.2} | {beside:.2} | {:.2} |", function / beside);
    }
    println!("\nMedians of {runs} starts each, one after the other in turns. The worst ratio is {worst:.2}; the bar is {BAR}.");
}

/// Where the programs are: `target/release`, beside this one's folder.
fn folder() -> PathBuf {
    let own = std::env::current_exe().expect("this program has a path");
    own.ancestors().nth(2).expect("it lies in target/release/deps").to_owned()
}

/// What a deployed function's environment has.
fn environment() -> Vec<(&'static str, String)> {
    let settings = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
        ("TABLE_NAME", "kdesk"),
        ("BUCKET_NAME", "kdesk"),
        ("WORKER_FUNCTION", "jobs-work"),
        ("ISSUER", "https://login.example.com"),
    ];
    settings.map(|(name, value)| (name, value.to_owned())).to_vec()
}

/// In milliseconds.
fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}
