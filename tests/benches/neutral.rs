//! Whether the time that asking for a code takes, or entering a wrong one, tells if anybody has the address:
//! `cargo bench -p testing --bench neutral -- [samples]`.
//!
//! Known and unknown addresses are asked for in turns, each of its own, in an order drawn by chance, over the embedded engines. What mails the code runs
//! between the two steps, for on AWS it has a machine of its own. Printed are for
//! each step both medians and the probability, by the rank test of Mann and Whitney, that two samples of one kind differ as much. The bar: medians within
//! 5 ms and p over 0.01.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints its figures, and ends where it cannot measure")]
#![expect(clippy::cast_precision_loss, reason = "no sample has 2^52 times")]

use domain::{field::Field, team::Communication};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use testing::{Answer, Call, ORIGIN, TestApp, a_contact};

/// The cookie of who is about to sign in.
const FLOW: &str = "__Host-kdesk-flow.demo";
/// How many are asked for before the times count.
const WARM_UP: usize = 50;

// On one thread, as the functions run: where several take turns, which of them does tells more than what is done.
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let samples: usize = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    let test = TestApp::start().await;
    let tasks: Tasks = Arc::default();
    let kept = tasks.clone();
    test.engines.lambda.register("mail", move |event| {
        kept.lock().expect("no bench fails here").push(event);
        async { Ok(()) }
    });
    let open = Communication { portal: true, ..Communication::default() };
    test.app.store.save_communication(&"demo".parse().expect("a team"), &open).await.expect("saved");
    for n in 0..samples + WARM_UP {
        test.contact("demo", a_contact().emailed(&format!("k{n:05}@x.example")).with(Field::PortalAccess, true.into())).await;
    }
    let mut steps = [Step::new("asking for a code"), Step::new("entering a wrong code")];
    for n in 0..samples + WARM_UP {
        // The first of each pair is not always the same kind.
        let is_known_first = app::random::uuid().as_bytes()[0].is_multiple_of(2);
        for is_known in [is_known_first, !is_known_first] {
            let took = sign_in(&test, &tasks, &format!("{}{n:05}@x.example", if is_known { "k" } else { "u" })).await;
            if n >= WARM_UP {
                for (step, took) in steps.iter_mut().zip(took) {
                    if is_known { &mut step.known } else { &mut step.unknown }.push(took);
                }
            }
            // So that no limit strikes.
            test.clock_forward(601).await;
        }
    }
    println!("| step | known, ms | unknown, ms | difference, ms | p |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for Step { name, mut known, mut unknown } in steps {
        let p = rank_test(&known, &unknown);
        let (known, unknown) = (median(&mut known), median(&mut unknown));
        println!("| {name} | {:.3} | {:.3} | {:.3} | {p:.3} |", known * 1e3, unknown * 1e3, (known - unknown) * 1e3);
    }
    println!("\n{samples} samples of each kind.");
}

/// What the mail's function was asked.
type Tasks = Arc<Mutex<Vec<serde_json::Value>>>;

/// How long a step took for addresses that somebody has and for others, in seconds.
struct Step {
    name: &'static str,
    known: Vec<f64>,
    unknown: Vec<f64>,
}

impl Step {
    const fn new(name: &'static str) -> Self {
        Self { name, known: Vec::new(), unknown: Vec::new() }
    }
}

/// Asks for a code in a new browser and enters a wrong one when the mail is out; how long both took, in seconds.
async fn sign_in(test: &TestApp, tasks: &Tasks, email: &str) -> [f64; 2] {
    let page = test.call(portal::sign_in::route(), Call::get("/portal/demo")).await;
    let call =
        Call::post("/portal/demo/code").header("origin", ORIGIN).cookie(FLOW, &cookie(&page)).form(&[("token", &token(&page)), ("email", email)]);
    let started = Instant::now();
    let answer = test.call(portal::ask_code::route(), call).await;
    let asking = started.elapsed().as_secs_f64();
    assert_eq!(answer.header("location"), "/portal/demo/verify", "{}", answer.text());
    test.settle().await;
    let asked = std::mem::take(&mut *tasks.lock().expect("no bench fails here"));
    assert_eq!(asked.len(), 1);
    for task in asked {
        let deadline = app::host::Deadline::within(&test.app.clock, Duration::from_mins(1));
        mail::send::handle(test.app.clone(), task, deadline).await.expect("mailed, if there is anybody");
    }
    // What it left in this machine's caches would not be in the other one's.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let flow = cookie(&answer);
    let page = test.call(portal::enter_code::route(), Call::get("/portal/demo/verify").cookie(FLOW, &flow)).await;
    let call = Call::post("/portal/demo/verify").header("origin", ORIGIN).cookie(FLOW, &flow).form(&[("token", &token(&page)), ("code", "2222222")]);
    let started = Instant::now();
    let answer = test.call(portal::verify::route(), call).await;
    let entering = started.elapsed().as_secs_f64();
    assert!(answer.text().contains("This is not the code"), "{}", answer.text());
    [asking, entering]
}

fn token(page: &Answer) -> String {
    page.text().split_once("name=\"token\" value=\"").and_then(|(_, rest)| Some(rest.split_once('"')?.0.to_owned())).expect("a token")
}

fn cookie(answer: &Answer) -> String {
    let cookies = answer.cookies();
    let flow = cookies.iter().find_map(|cookie| cookie.strip_prefix(FLOW)?.strip_prefix('=')?.split_once(';'));
    flow.map(|(value, _)| value.to_owned()).expect("a cookie")
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Two-sided p of the Mann-Whitney U test, by its normal approximation.
fn rank_test(one: &[f64], other: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> = one.iter().map(|&time| (time, true)).chain(other.iter().map(|&time| (time, false))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ranks: f64 = all.iter().enumerate().filter(|(_, (_, is_one))| *is_one).map(|(index, _)| index as f64 + 1.0).sum();
    let (n, m) = (one.len() as f64, other.len() as f64);
    let u = ranks - n * (n + 1.0) / 2.0;
    let z = (u - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt();
    2.0 * (1.0 - normal(z.abs()))
}

/// The distribution function of the normal distribution (Abramowitz and Stegun, 26.2.17).
fn normal(x: f64) -> f64 {
    let t = 1.0 / 0.231_641_9_f64.mul_add(x, 1.0);
    let terms = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let sum = terms.iter().rev().fold(0.0, |sum: f64, term| (sum + term) * t);
    1.0 - sum * (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt()
}
