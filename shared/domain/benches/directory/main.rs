//! How long the directory index takes, and how much memory: `cargo bench -p domain --bench directory -- [contacts]`.
//!
//! With `--tsv` it prints the contacts instead, for loading the same rows into PostgreSQL.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod people;

use domain::directory::{Change, Directory, Filter, Order, Query, Row, Sort, Status, likely_duplicates};
use domain::ids::Version;
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// How often each query is asked.
const ROUNDS: usize = 21;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let contacts = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    if arguments.iter().any(|argument| argument == "--tsv") {
        return print_rows(contacts).map_err(Into::into);
    }
    let started = Instant::now();
    let mut directory = Directory::from_rows((0..contacts).map(people::person));
    println!("{contacts} contacts, made and built in {:.2?}; memory of the index {} MB", started.elapsed(), directory.bytes() / 1_000_000);
    let mut all = Vec::new();
    queries(&directory, contacts, &mut all);
    summary(&mut all);
    snapshot(&directory)?;
    changes(&mut directory, contacts);
    let started = Instant::now();
    let groups = likely_duplicates(&directory).len();
    println!("likely duplicates: {groups} groups in {:.2?}", started.elapsed());
    Ok(())
}

fn print_rows(contacts: u64) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    (0..contacts).try_for_each(|number| writeln!(out, "{}", people::tab_separated(&people::person(number))))?;
    out.flush()
}

fn queries(directory: &Directory, contacts: u64, all: &mut Vec<Duration>) {
    let deep = usize::try_from(contacts).unwrap_or(usize::MAX) / 100;
    let mix = [
        ("one letter", "e", None, 1),
        ("rare letter", "ж", None, 1),
        ("two letters", "an", None, 1),
        ("two rarer letters", "qu", None, 1),
        ("three letters", "mar", None, 1),
        ("common first name", "thomas", None, 1),
        ("first name, active", "anna", Some(Status::Active), 1),
        ("rare surname", "ulvinwal", None, 1),
        ("nothing found", "zzyzx", None, 1),
        ("email domain", "@gmail.com", None, 1),
        ("company trade", "software", Some(Status::Inactive), 1),
        ("two words", "anna müller", None, 1),
        ("three words", "jo sm lo", None, 1),
        ("phone digits", "49301", None, 1),
        ("phone typed", "+49 (0)301/12", None, 1),
        ("another script", "김민", None, 1),
        ("no words, first page", "", None, 1),
        ("no words, deep page", "", None, deep),
        ("no words, inactive", "", Some(Status::Inactive), deep / 20),
    ];
    println!("{:<22} {:>8} {:>10} {:>10}   median and 95th percentile over all sorts and orders", "query", "total", "ms", "ms");
    for (kind, q, status, page) in mix {
        let mut times = Vec::new();
        let mut total = 0;
        for _ in 0..ROUNDS {
            for sort in [Sort::Name, Sort::Company, Sort::PrimaryEmail, Sort::Status, Sort::UpdatedAt] {
                for order in [Order::Ascending, Order::Descending] {
                    let started = Instant::now();
                    let found = directory.search(&Query { filter: Filter::new(q, status), sort, order, page, page_size: 50 });
                    times.push(started.elapsed());
                    total = found.total;
                }
            }
        }
        times.sort_unstable();
        println!("{kind:<22} {total:>8} {:>10.3} {:>10.3}", at(&times, 50), at(&times, 95));
        all.extend(times);
    }
}

fn summary(all: &mut [Duration]) {
    all.sort_unstable();
    println!("{:<22} {:>8} {:>10.3} {:>10.3}", "all", all.len(), at(all, 50), at(all, 95));
}

/// In milliseconds.
fn at(times: &[Duration], percent: usize) -> f64 {
    times.get(times.len() * percent / 100).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

fn snapshot(directory: &Directory) -> Result<(), Box<dyn std::error::Error>> {
    let mut file = Vec::new();
    let started = Instant::now();
    directory.write_snapshot(0, &mut file)?;
    println!("snapshot: {} MB written in {:.2?}", file.len() / 1_000_000, started.elapsed());
    let mut times = Vec::new();
    for _ in 0..5 {
        let started = Instant::now();
        let (read, _) = Directory::read_snapshot(file.as_slice())?;
        times.push(started.elapsed());
        if read.len() != directory.len() {
            return Err("the snapshot lost contacts".into());
        }
    }
    times.sort_unstable();
    println!("snapshot read: median {:.0} ms", at(&times, 50));
    Ok(())
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
        println!("apply {batch}: median {:.3} ms, p95 {:.3} ms, p99 {:.3} ms", at(&times, 50), at(&times, 95), at(&times, 99));
    }
    let mut times = Vec::new();
    println!("queries again, with changes in both segments; memory of the index {} MB", directory.bytes() / 1_000_000);
    queries(directory, contacts, &mut times);
    summary(&mut times);
}

fn edited(number: u64, round: u64) -> Change {
    let row = people::person(number);
    Change::Upsert(Row { version: Version::new(row.version.get() + 1 + round), display_name: format!("{} {round}", row.display_name), ..row })
}
