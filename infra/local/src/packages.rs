//! What the App's pages are built with: fetched when the lock file asks for something else than what is there, and put in its place only when
//! all of it is there. So a start without a network takes nothing away.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

/// What npm needs to know, beside the sources.
const FILES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];
/// Where packages are fetched to, hidden beside the sources: from there they are moved, not copied.
const FRESH: &str = ".packages";
const PLACE: &str = "node_modules";

/// Whether all that the lock file of a folder asks for is there, as npm itself notes it.
pub fn are_there(folder: &Path) -> bool {
    let (Some(wanted), Some(there)) = (packages(&folder.join("package-lock.json")), packages(&folder.join(PLACE).join(".package-lock.json"))) else {
        return false;
    };
    // The first names the folder itself. An optional one may be for another kind of machine, and then it is not fetched.
    let mut others = wanted.iter().filter(|(path, _)| !path.is_empty());
    others.all(|(path, package)| match there.get(path) {
        Some(same) => ["version", "integrity"].into_iter().all(|part| same.get(part) == package.get(part)),
        None => package.get("optional") == Some(&Value::Bool(true)),
    })
}

fn packages(lock: &Path) -> Option<Map<String, Value>> {
    let mut lock: Value = serde_json::from_slice(&fs::read(lock).ok()?).ok()?;
    match lock.get_mut("packages").map(Value::take) {
        Some(Value::Object(packages)) => Some(packages),
        _ => None,
    }
}

/// Fetches the packages of a folder; `fetch` makes them in the folder that it is given. Whatever goes wrong, those that were there stay.
pub async fn renew<F>(folder: &Path, fetch: impl FnOnce(std::path::PathBuf) -> F) -> Result<(), String>
where
    F: Future<Output = Result<(), String>>,
{
    let fresh = folder.join(FRESH);
    remove(&fresh)?;
    fs::create_dir(&fresh).map_err(|problem| failed(&fresh, &problem))?;
    for file in FILES.iter().filter(|file| folder.join(file).exists()) {
        fs::copy(folder.join(file), fresh.join(file)).map_err(|problem| failed(&fresh.join(file), &problem))?;
    }
    let fetched = fetch(fresh.clone()).await;
    let moved = fetched.and_then(|()| {
        remove(&folder.join(PLACE))?;
        fs::rename(fresh.join(PLACE), folder.join(PLACE)).map_err(|problem| failed(&folder.join(PLACE), &problem))
    });
    remove(&fresh)?;
    moved
}

fn remove(folder: &Path) -> Result<(), String> {
    if folder.exists() { fs::remove_dir_all(folder).map_err(|problem| failed(folder, &problem)) } else { Ok(()) }
}

fn failed(path: &Path, problem: &std::io::Error) -> String {
    format!("the App's pages are not built, because of {}: {problem}", path.display())
}

#[cfg(test)]
mod tests {
    use super::{are_there, renew};
    use serde_json::{Value, json};
    use std::fs;
    use std::path::{Path, PathBuf};
    use tempfile::TempDir;

    /// A folder whose lock file asks for `wanted` and that has `there`.
    fn folder(wanted: &Value, there: Option<&Value>) -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("package.json"), "{}").expect("written");
        fs::write(folder.path().join("package-lock.json"), json!({"packages": wanted}).to_string()).expect("written");
        if let Some(there) = there {
            install(folder.path(), there);
        }
        folder
    }

    fn install(folder: &Path, there: &Value) {
        fs::create_dir(folder.join("node_modules")).expect("made");
        fs::write(folder.join("node_modules/.package-lock.json"), json!({"packages": there}).to_string()).expect("written");
    }

    fn one(version: &str) -> Value {
        json!({"": {"name": "app"}, "node_modules/vite": {"version": version, "integrity": "sha512-1"}, "node_modules/mac": {"version": "1", "optional": true}})
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).expect("read").map(|entry| entry.expect("one").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn packages_are_there_when_what_is_noted_is_what_is_asked_for() {
        let noted = json!({"node_modules/vite": {"version": "8", "integrity": "sha512-1", "license": "MIT"}});
        assert!(are_there(folder(&one("8"), Some(&noted)).path()));
        assert!(!are_there(folder(&one("9"), Some(&noted)).path()), "another version");
        assert!(!are_there(folder(&one("8"), Some(&json!({}))).path()), "nothing of it");
        assert!(!are_there(folder(&one("8"), None).path()), "no packages at all");
        let other = json!({"node_modules/vite": {"version": "8", "integrity": "sha512-2"}});
        assert!(!are_there(folder(&one("8"), Some(&other)).path()), "another content");
    }

    #[tokio::test]
    async fn packages_that_cannot_be_fetched_take_none_away() {
        let folder = folder(&one("9"), Some(&one("8")));
        let before = names(folder.path());
        let half = async |fresh: PathBuf| {
            install(&fresh, &json!({}));
            Err("no network".to_owned())
        };
        assert_eq!(renew(folder.path(), half).await, Err("no network".to_owned()));
        assert!(fs::read_to_string(folder.path().join("node_modules/.package-lock.json")).expect("there").contains("\"8\""));
        assert_eq!(names(folder.path()), before, "nothing is left behind");
    }

    #[tokio::test]
    async fn packages_that_were_fetched_take_the_place_of_others() {
        let folder = folder(&one("9"), Some(&one("8")));
        fs::write(folder.path().join("node_modules/old"), "").expect("written");
        fs::create_dir(folder.path().join(".packages")).expect("what a start that was cut short left");
        let all = async |fresh: PathBuf| {
            assert_eq!(names(&fresh), ["package-lock.json", "package.json"]);
            install(&fresh, &one("9"));
            Ok(())
        };
        assert_eq!(renew(folder.path(), all).await, Ok(()));
        assert!(are_there(folder.path()) && !folder.path().join("node_modules/old").exists());
        assert_eq!(names(folder.path()), ["node_modules", "package-lock.json", "package.json"]);
    }
}
