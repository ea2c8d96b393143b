//! The App's pages: built before the runner listens when their sources are newer than what was built. The API needs none of it, so
//! whatever stands against it is said and left.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::SystemTime;

use tokio::process::Command;

use crate::packages;

/// Where the sources are, from the checkout's root.
const SOURCES: &str = "functions/console/web";
/// Where the built pages are.
pub const BUILT: &str = "functions/console/web/dist";
/// What the pages' types are made from.
const DESCRIPTION: &str = "functions/team/openapi.json";
/// The oldest Node.js that the build runs on.
const NODE: (u32, u32) = (20, 19);
/// How many lines of a failed command are shown.
const SHOWN_LINES: usize = 20;

/// Builds what is not up to date. Nothing is fetched when the packages are there.
pub async fn build(root: &Path) {
    if let Err(problem) = bring_up_to_date(root).await {
        tracing::warn!("{problem}");
        tracing::warn!("the API works without the App's pages; they say what to do as well");
    }
}

async fn bring_up_to_date(root: &Path) -> Result<(), String> {
    let (sources, built) = (root.join(SOURCES), root.join(BUILT).join("index.html"));
    let built_at = changed_at(&built);
    let sources_at = newest(&sources).max(changed_at(&root.join(DESCRIPTION)));
    if built_at.is_some() && built_at >= sources_at {
        return Ok(());
    }
    node().await?;
    if !packages::are_there(&sources) {
        tracing::info!("getting what the App's pages are built with (npm ci); this needs the network, once");
        packages::renew(&sources, async |fresh| npm(&fresh, &["ci", "--no-audit", "--no-fund"]).await).await?;
    }
    tracing::info!("building the App's pages (npm run build)");
    npm(&sources, &["run", "build"]).await?;
    tracing::info!("the App's pages are built");
    Ok(())
}

/// `None` is older than everything.
fn changed_at(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|file| file.modified()).ok()
}

/// When the last of the sources was changed. What is made from them, and what is hidden, is none.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let sources = entries.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !name.starts_with('.') && !["node_modules", "dist"].contains(&&*name)
    });
    sources.filter_map(|path| if path.is_dir() { newest(&path) } else { changed_at(&path) }).max()
}

async fn node() -> Result<(), String> {
    let install = format!("the App's pages are not built: install Node.js {}.{} or newer with npm (nodejs.org), then start again", NODE.0, NODE.1);
    let version = Command::new("node").arg("--version").output().await.map_err(|_| install.clone())?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    if parts(&version) >= Some(NODE) { Ok(()) } else { Err(format!("{install}; this is {version}")) }
}

/// 20 and 11 of `v20.11.1`.
fn parts(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

async fn npm(folder: &Path, arguments: &[&str]) -> Result<(), String> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let command = Command::new(program).args(arguments).current_dir(folder).stdin(Stdio::null()).kill_on_drop(true).output().await;
    let what = format!("npm {}", arguments.join(" "));
    let Output { status, stdout, stderr } = command.map_err(|problem| format!("{what} could not be started: {problem}"))?;
    if status.success() {
        return Ok(());
    }
    let said = [stdout, stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().collect();
    let last = lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n");
    Err(format!("the App's pages are not built, because {what} failed in {}:\n{last}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::{newest, parts};

    #[test]
    fn the_version_of_node_is_read() {
        assert_eq!([parts("v20.11.1"), parts("v9.0.0"), parts(""), parts("20.1")], [Some((20, 11)), Some((9, 0)), None, None]);
        assert!(parts("v20.9.0") < parts("v20.19.0") && parts("nothing") < parts("v0.1.0"));
    }

    #[test]
    fn what_is_made_from_the_sources_is_no_source() {
        let folder = tempfile::tempdir().expect("a folder");
        for made in ["dist", "node_modules/deep", ".cache"] {
            std::fs::create_dir_all(folder.path().join(made)).expect("made");
            std::fs::write(folder.path().join(made).join("index.html"), "made").expect("written");
        }
        assert_eq!(newest(folder.path()), None);
        std::fs::create_dir(folder.path().join("src")).expect("made");
        std::fs::write(folder.path().join("src/main.tsx"), "source").expect("written");
        assert!(newest(folder.path()).is_some());
    }
}
