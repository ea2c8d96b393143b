//! The runtime API of Lambda, as a function's process sees it: it asks for the next event and tells what became of it.
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use axum::{
    Router,
    extract::{Path as Segments, State},
    http::{HeaderName, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use engines::Server;
use serde_json::Value;
use std::{
    path::Path,
    process::{Child, Command},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use tokio::sync::{Mutex, mpsc};

/// How long a process may take to ask for its first event.
const START: Duration = Duration::from_secs(20);

/// Runs functions as processes of their own and gives them events.
#[derive(Debug)]
pub struct Runtime {
    server: Server,
    events: mpsc::UnboundedSender<Value>,
    asked: mpsc::UnboundedReceiver<Instant>,
    answers: mpsc::UnboundedReceiver<Result<(), String>>,
    lives: Duration,
}

#[derive(Debug)]
struct Shared {
    events: Mutex<mpsc::UnboundedReceiver<Value>>,
    asked: mpsc::UnboundedSender<Instant>,
    answers: mpsc::UnboundedSender<Result<(), String>>,
    lives: Duration,
}

/// A function's process. It is killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// From the process's start to its first request for work.
    pub cold_start: Duration,
}

impl Runtime {
    /// Listens on a free port. A function may work on one event for so long.
    pub async fn start(lives: Duration) -> Self {
        let (events, waiting) = mpsc::unbounded_channel();
        let ((asking, asked), (answering, answers)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
        let shared = Arc::new(Shared { events: Mutex::new(waiting), asked: asking, answers: answering, lives });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{outcome}", post(answered))
            .with_state(shared);
        let server = Server::start(Server::listen(0).await.expect("a free port"), router).expect("it listens");
        Self { server, events, asked, answers, lives }
    }

    /// Starts a function's program and waits until it asks for its first event.
    pub async fn launch(&mut self, program: &Path, environment: &[(&str, String)]) -> Process {
        while self.asked.try_recv().is_ok() {}
        let name = program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{}", self.server.port()))
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "log")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "log")
            .env("RUST_LOG", "warn")
            .envs(environment.iter().map(|(name, value)| (name, value)));
        let started = Instant::now();
        let child = command.spawn().unwrap_or_else(|problem| panic!("{} does not start: {problem}", program.display()));
        let asked = tokio::time::timeout(START, self.asked.recv()).await.ok().flatten();
        let asked = asked.unwrap_or_else(|| panic!("{} never asked for work", program.display()));
        Process { child, cold_start: asked - started }
    }

    /// Gives the running function an event and waits for what becomes of it.
    pub async fn handle(&mut self, event: Value) -> Result<(), String> {
        self.events.send(event).expect("the server lives as long as this");
        let answer = tokio::time::timeout(self.lives, self.answers.recv()).await;
        answer.map_err(|_| "the function's time was over".to_owned())?.expect("the server lives as long as this")
    }
}

impl Process {
    /// The most memory the process has had so far, in bytes (`VmHWM`; Linux only).
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() * 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Waits for an event, as the real one does.
async fn next(State(shared): State<Arc<Shared>>) -> Response {
    // Whoever sends the time has stopped waiting for it after the first.
    shared.asked.send(Instant::now()).ok();
    let Some(event) = shared.events.lock().await.recv().await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let ends_at = SystemTime::now() + shared.lives;
    let ends_at_ms = ends_at.duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_millis()).unwrap_or_default();
    let headers = [
        (HeaderName::from_static("lambda-runtime-aws-request-id"), "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        (HeaderName::from_static("lambda-runtime-deadline-ms"), ends_at_ms.to_string()),
        (HeaderName::from_static("lambda-runtime-invoked-function-arn"), "arn:aws:lambda:us-east-1:000000000000:function:test".to_owned()),
        (HeaderName::from_static("lambda-runtime-trace-id"), "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700".to_owned()),
    ];
    (headers, event.to_string()).into_response()
}

async fn answered(State(shared): State<Arc<Shared>>, Segments((_, outcome)): Segments<(String, String)>, body: String) -> StatusCode {
    let answer = if outcome == "response" { Ok(()) } else { Err(body) };
    // Nobody waits any more when the process is about to be ended.
    shared.answers.send(answer).ok();
    StatusCode::ACCEPTED
}
