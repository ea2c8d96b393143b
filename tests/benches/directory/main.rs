//! How long the directory index takes, and how much memory: `cargo bench -p testing --bench directory -- [contacts]`.
//!
//! With `--tsv` it prints the contacts instead, with `--sql` the same queries for PostgreSQL, and with `--beside FILE` it sets what
//! `psql` wrote about them beside its own figures. `tests/benches/run` does all of it.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints its figures, and ends where it cannot measure")]

mod mix;
mod postgres;

use domain::directory::{Change, Directory, Filter, Query, Row, likely_duplicates};
use domain::ids::Version;
use mix::{Ask, ORDERS, PAGE_SIZE, SORTS};
use postgres::Answered;
use std::io::{self, Write};
use std::time::{Duration, Instant};
use testing::people;

/// How often each query is asked.
const ROUNDS: usize = 21;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let contacts = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let after = |name: &str| arguments.iter().position(|argument| argument == name).map(|at| arguments.get(at + 1).cloned().unwrap_or_default());
    if after("--tsv").is_some() {
        return print_rows(contacts).expect("the rows are printed");
    }
    if let Some(rounds) = after("--sql") {
        return print!("{}", postgres::script(contacts, rounds.parse().unwrap_or(3)));
    }
    let beside = after("--beside").map(|file| postgres::read(&std::fs::read_to_string(file).expect("the file is there")));
    let started = Instant::now();
    let mut directory = Directory::from_rows((0..contacts).map(people::person));
    println!("{contacts} contacts, made and built in {:.2?}; the index takes {} MB.\n", started.elapsed(), directory.bytes() / 1_000_000);
    let own = ask_all(&directory, contacts);
    table(&own, beside.as_deref());
    println!();
    snapshot(&directory);
    changes(&mut directory, contacts);
    let started = Instant::now();
    let groups = likely_duplicates(&directory).len();
    println!("- likely duplicates: {groups} groups in {:.2?}", started.elapsed());
}

fn print_rows(contacts: u64) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    (0..contacts).try_for_each(|number| writeln!(out, "{}", people::tab_separated(&people::person(number))))?;
    out.flush()
}

fn ask_all(directory: &Directory, contacts: u64) -> Vec<Answered> {
    mix::mix(contacts).into_iter().map(|ask| answer(directory, ask)).collect()
}

fn answer(directory: &Directory, Ask { kind, q, status, page }: Ask) -> Answered {
    let mut answered = Answered { kind: kind.to_owned(), total: 0, times: Vec::new() };
    for _ in 0..ROUNDS {
        for sort in SORTS {
            for order in ORDERS {
                let started = Instant::now();
                let found = directory.search(&Query { filter: Filter::new(q, status), sort, order, page, page_size: PAGE_SIZE });
                answered.times.push(started.elapsed());
                answered.total = found.total;
            }
        }
    }
    answered.times.sort_unstable();
    answered
}

/// One line for each query and one for all. A query of which both sides find another number is not the same query.
fn table(own: &[Answered], beside: Option<&[Answered]>) {
    let Some(beside) = beside else {
        println!("| query | total | median, ms | p95, ms |\n| --- | ---: | ---: | ---: |");
        for Answered { kind, total, times } in own {
            println!("| {kind} | {total} | {:.3} | {:.3} |", at(times, 50), at(times, 95));
        }
        let all = all_of(own);
        return println!("| all, {} times | | {:.3} | {:.3} |", all.len(), at(&all, 50), at(&all, 95));
    };
    println!(
        "| query | total | index: median, ms | p95, ms | PostgreSQL: median, ms | p95, ms | ratio of medians |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    );
    for (own, there) in own.iter().zip(beside) {
        assert_eq!((&own.kind, own.total), (&there.kind, there.total), "the two do not find the same");
        println!("| {} | {} | {} |", own.kind, own.total, cells(&own.times, &there.times));
    }
    let (all, all_there) = (all_of(own), all_of(beside));
    println!("| **all**, {} and {} times | | {} |", all.len(), all_there.len(), cells(&all, &all_there));
    let is_slower = |(own, there): &(&Answered, &Answered)| at(&own.times, 50) > at(&there.times, 50);
    let slower: Vec<&str> = own.iter().zip(beside).filter(is_slower).map(|(own, _)| own.kind.as_str()).collect();
    if slower.is_empty() {
        println!("\nThe index is faster in all {} kinds.", own.len());
    } else {
        println!("\nThe index is faster in {} of {} kinds; PostgreSQL in: {}.", own.len() - slower.len(), own.len(), slower.join(", "));
    }
}

fn cells(own: &[Duration], there: &[Duration]) -> String {
    let (own_median, median) = (at(own, 50), at(there, 50));
    format!("{own_median:.3} | {:.3} | {median:.3} | {:.3} | {:.1}", at(own, 95), at(there, 95), median / own_median)
}

fn all_of(answered: &[Answered]) -> Vec<Duration> {
    let mut all: Vec<Duration> = answered.iter().flat_map(|answered| answered.times.iter().copied()).collect();
    all.sort_unstable();
    all
}

/// In milliseconds.
fn at(times: &[Duration], percent: usize) -> f64 {
    times.get(times.len() * percent / 100).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

fn snapshot(directory: &Directory) {
    let mut file = Vec::new();
    let started = Instant::now();
    directory.write_snapshot(0, &mut file).expect("the snapshot is written");
    let written = started.elapsed();
    let mut times = Vec::new();
    for _ in 0..5 {
        let started = Instant::now();
        let (read, _) = Directory::read_snapshot(file.as_slice()).expect("the snapshot is read");
        times.push(started.elapsed());
        assert_eq!(read.len(), directory.len(), "the snapshot lost contacts");
    }
    times.sort_unstable();
    println!("- snapshot: {:.1} MB, written in {written:.2?}, read in {:.0} ms (median of 5)", megabytes(&file), at(&times, 50));
}

/// Changes one by one, as a busy team makes them, then in batches, as an import does.
fn changes(directory: &mut Directory, contacts: u64) {
    for (batch, rounds) in [(1, 300), (1000, 80)] {
        let mut times = Vec::new();
        for round in 0..rounds {
            let changed = (0..batch).map(|at| edited((round * batch + at) * 7919 % contacts, round)).collect();
            let started = Instant::now();
            directory.apply(changed);
            times.push(started.elapsed());
        }
        times.sort_unstable();
        println!("- {batch} changes at once: median {:.3} ms, p95 {:.3} ms, p99 {:.3} ms", at(&times, 50), at(&times, 95), at(&times, 99));
    }
    let all = all_of(&ask_all(directory, contacts));
    let bytes = directory.bytes() / 1_000_000;
    println!("- the same queries after these changes: median {:.3} ms, p95 {:.3} ms; the index takes {bytes} MB", at(&all, 50), at(&all, 95));
}

fn edited(number: u64, round: u64) -> Change {
    let row = people::person(number);
    Change::Upsert(Row { version: Version::new(row.version.get() + 1 + round), display_name: format!("{} {round}", row.display_name), ..row })
}

#[expect(clippy::cast_precision_loss, reason = "no file here has more than 52 bits")]
fn megabytes(file: &[u8]) -> f64 {
    file.len() as f64 / 1_000_000.0
}
