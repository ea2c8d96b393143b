//! The same queries for PostgreSQL, and what `psql` wrote about them.

use crate::mix::{Ask, ORDERS, PAGE_SIZE, SORTS, mix};
use domain::{
    directory::{Order, Sort, Status},
    text::{digits, fold},
};
use std::{fmt::Write, time::Duration};

/// What one kind of query took.
#[derive(Debug)]
pub struct Answered {
    /// Which.
    pub kind: String,
    /// How many contacts it finds.
    pub total: usize,
    /// How long each took, shortest first.
    pub times: Vec<Duration>,
}

/// A script for `psql -qAtX`: for each kind its name, its total, then the times of a page and of its exact total by turns. Two statements,
/// not one with a window: so PostgreSQL can take a page from an index and need not carry all rows to count them.
pub fn script(contacts: u64, rounds: usize) -> String {
    let mut script = String::new();
    for ask in mix(contacts) {
        let count = format!("SELECT count(*) FROM contacts{}", condition(&ask));
        let mut statements = String::new();
        for sort in SORTS {
            for order in ORDERS {
                let offset = ask.page.saturating_sub(1) * PAGE_SIZE;
                let page = format!(
                    "SELECT id, version, name, company, email, emails, phones, active, updated_ms FROM contacts{} ORDER BY {} LIMIT {PAGE_SIZE} OFFSET {offset}",
                    condition(&ask),
                    sorted(sort, order)
                );
                statements.extend([page.as_str(), ";\n", count.as_str(), ";\n"]);
            }
        }
        let timed = statements.repeat(rounds);
        write!(script, "\\timing off\n\\o\n\\echo kind {}\n{count};\n\\o /dev/null\n\\timing on\n{timed}", ask.kind)
            .expect("a text takes everything");
    }
    script
}

/// Reads what the script wrote.
pub fn read(output: &str) -> Vec<Answered> {
    let mut all: Vec<Answered> = Vec::new();
    let mut page = None;
    for line in output.lines() {
        if let Some(kind) = line.strip_prefix("kind ") {
            all.push(Answered { kind: kind.to_owned(), total: 0, times: Vec::new() });
            continue;
        }
        let last = all.last_mut().expect("a kind comes first");
        if let Ok(total) = line.parse() {
            last.total = total;
        } else if let Some(time) = line.strip_prefix("Time: ") {
            let ms: f64 = time.split(' ').next().and_then(|ms| ms.parse().ok()).expect("a time in milliseconds");
            let time = Duration::from_secs_f64(ms / 1000.0);
            match page.take() {
                None => page = Some(time),
                Some(page) => last.times.push(page + time),
            }
        }
    }
    for answered in &mut all {
        answered.times.sort_unstable();
    }
    all
}

fn condition(ask: &Ask) -> String {
    let words = fold(ask.q).split_whitespace().map(holds).collect::<Vec<_>>();
    let status = ask.status.map(|status| if status == Status::Active { "active" } else { "NOT active" }.to_owned());
    let all: Vec<String> = words.into_iter().chain(status).collect();
    if all.is_empty() { String::new() } else { format!(" WHERE {}", all.join(" AND ")) }
}

/// What the directory looks for: a number typed with punctuation is also its digits.
fn holds(word: &str) -> String {
    let is_mark = |c: char| matches!(c, '+' | '-' | '.' | '(' | ')' | '/');
    let inner = word.trim_matches(is_mark);
    let is_number = !inner.is_empty() && inner.chars().all(|c| c.is_ascii_digit() || is_mark(c));
    if !is_number {
        return format!("search LIKE '%{word}%'");
    }
    let digits = digits(inner);
    if digits == inner { format!("search LIKE '%{digits}%'") } else { format!("(search LIKE '%{word}%' OR search LIKE '%{digits}%')") }
}

/// Each has an index of exactly this order. Names compare by bytes, the fastest that PostgreSQL can do.
fn sorted(sort: Sort, order: Order) -> String {
    let direction = if order == Order::Ascending { "ASC" } else { "DESC" };
    match sort {
        Sort::Name => format!("name {direction}, id {direction}"),
        Sort::Company => format!("company {direction}, id {direction}"),
        Sort::PrimaryEmail => format!("email {direction}, id {direction}"),
        // Active ones first: true is greater than false.
        Sort::Status if order == Order::Ascending => "active DESC, id ASC".to_owned(),
        Sort::Status => "active ASC, id DESC".to_owned(),
        Sort::UpdatedAt => format!("updated_ms {direction}, id {direction}"),
    }
}
