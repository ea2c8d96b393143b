//! The README's walk-through with curl, run as it is printed there.

use crate::desk::Desk;
use std::process::{Command, Stdio};

/// Where a person would look again until a job has moved on, the shell waits before each command until none is live.
const PATIENCE: &str = r#"
set -eu
patience() {
  [ -n "${token:-}" ] || return 0
  for _ in $(seq 300); do
    live=$(curl -s -H "authorization: Bearer $token" "$api/v1/jobs?pageSize=5" | jq '[.items[].state | select(IN("planning", "applying", "cancelling"))] | length')
    [ "$live" = 0 ] && return 0
    sleep 0.1
  done
  return 1
}
trap patience DEBUG
"#;

/// The shell blocks of the section about curl.
fn walk_through(readme: &str) -> String {
    let section = readme.split("## Ten minutes with curl").nth(1).expect("the README has the section").split("\n## ").next().unwrap_or_default();
    let blocks = section.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap_or_default());
    blocks.collect()
}

fn is_there(tool: &str) -> bool {
    Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_walk_through_in_the_readme_does_what_it_says() {
    let Some(desk) = Desk::open_local("the README's walk-through").await else { return };
    if let Some(missing) = ["bash", "curl", "jq"].into_iter().find(|tool| !is_there(tool)) {
        assert!(!std::env::var("KDESK_REQUIRE_ALL").is_ok_and(|all| all == "1"), "{missing} is missing");
        println!("skipped: {missing} is missing");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let readme = std::fs::read_to_string(testing::root().join("README.md")).unwrap();
    let script = PATIENCE.to_owned() + &walk_through(&readme).replace("http://localhost:3000", desk.url());
    let place = folder.path().to_owned();
    // The runner answers in this process, so the shell must not hold its threads.
    let ran = tokio::task::spawn_blocking(move || Command::new("bash").arg("-c").arg(script).current_dir(place).output()).await.unwrap().unwrap();
    let (said, complained) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}\n{complained}");
    let mut rest = &*said;
    // What its comments promise, in this order.
    for expected in [
        "\"team\": \"demo\"",
        "\"planning\"",
        "\"state\": \"planned\"",
        "\"created\": 1",
        "\"failed\": 1",
        "\"line\": 2",
        "cannot stand in an email address",
        "\"state\": \"done\"",
        "\"created\": 1",
        "First Name,Last Name,E-mail,Mobile,Company,error",
        "Bob,Stone,bob(at)example.com",
        "\"Zoë Müller\"",
        "\"deleted\": 1",
        "id,version,firstName",
        "\"No:",
    ] {
        let at = rest.find(expected).unwrap_or_else(|| panic!("“{expected}” is not said here:\n{said}\n{complained}"));
        rest = &rest[at + expected.len()..];
    }
}
