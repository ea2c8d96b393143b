//! `cargo run`: the whole application on this machine.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use engines::{Data, Ports};
use local::{Demo, Options, Ready, Runner};
use tracing_subscriber::EnvFilter;

/// KDesk Contacts on this machine.
#[derive(Debug, Parser)]
#[command(name = "local", version)]
struct Arguments {
    /// Where the API listens on 127.0.0.1; the engines take the ports after it. 0 takes free ones.
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Where data is kept.
    #[arg(long, default_value = ".kdesk")]
    data: PathBuf,
    /// Start without making the demo teams.
    #[arg(long)]
    no_demo: bool,
    /// Written as JSON once requests are answered.
    #[arg(long)]
    ready_file: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    // The file store reports each request in full at `info`; the filter is the usual variable RUST_LOG where it is set.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,s3s=warn,s3s_fs=warn,dynoxide=error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let template_root = template_root();
    let options = Options {
        data: Data::Folder(arguments.data),
        ports: if arguments.port == 0 { Ports::Free } else { Ports::From(arguments.port) },
        demo: if arguments.no_demo { Demo::Leave } else { Demo::Make },
        template_root: template_root.clone(),
    };
    // Heard from the first moment on, so that a stop while starting is clean as well.
    let stop = stop_signal()?;
    let start = async {
        local::web::build(&template_root).await;
        Runner::start(options).await
    };
    let runner = tokio::select! {
        runner = start => runner?,
        () = stop_signal()? => return Ok(()),
    };
    if let Some(file) = &arguments.ready_file {
        write_whole(file, &serde_json::to_vec_pretty(&runner.ready)?)?;
    }
    print_links(&runner.ready);
    stop.await;
    tracing::info!("stopping; all data is kept");
    runner.shutdown().await;
    Ok(())
}

/// The working directory when it has a template, else the checkout that this program was built from.
fn template_root() -> PathBuf {
    let here = PathBuf::from(".");
    if here.join("template.yaml").is_file() { here } else { Path::new(env!("CARGO_MANIFEST_DIR")).join("../..") }
}

/// Ctrl-C or, where there is such a thing, SIGTERM.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        tokio::signal::ctrl_c().await.ok();
    })
}

/// Whoever waits for the file sees all of it or none.
fn write_whole(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".new");
    std::fs::write(&unfinished, content)?;
    std::fs::rename(&unfinished, file)
}

#[expect(clippy::print_stdout, reason = "the links are for the person at the terminal")]
fn print_links(ready: &Ready) {
    println!("KDesk Contacts: {}", ready.app);
    println!("  API       {}", ready.url);
    println!("  Portal    {}", ready.portal);
    println!("  Mailbox   {}", ready.mailbox);
    for team in &ready.teams {
        let members: Vec<&str> = team.members.iter().map(|member| member.email.as_str()).collect();
        println!("  Team {}: {}; in its portal {}", team.id, members.join(", "), team.contact);
    }
    if let Some(member) = ready.teams.iter().flat_map(|team| &team.members).next() {
        let body = serde_json::json!({ "member": member.email });
        println!("  A member's token: curl -s {}/local/token -H 'content-type: application/json' -d '{body}'", ready.url);
    }
    println!("Ctrl-C stops it; data is kept.");
}
