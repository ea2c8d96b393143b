//! Where a story takes place, who tells it, and the steps that many stories share.

use engines::{Data, Ports};
use local::{Demo, Options, Runner};
use reqwest::{
    Client, Method, StatusCode,
    header::{HeaderMap, HeaderValue},
};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};
use tempfile::TempDir;

/// Who may do everything in the team `demo`.
pub const OWNER: &str = "owner@demo.example";
/// Who may modify contacts in the team `demo`.
pub const AGENT: &str = "agent@demo.example";
/// Who may only look in the team `demo`.
pub const VIEWER: &str = "viewer@demo.example";
/// Who may do everything in the team `other`.
pub const STRANGER: &str = "owner@other.example";

/// How often a job is looked at before a story gives up.
const LOOKS: u32 = 600;
/// How long a story waits between two looks: there is nothing over HTTP that tells when a job moves on.
const PAUSE: Duration = Duration::from_millis(100);

/// The place of a story.
pub struct Desk {
    url: String,
    here: Here,
}

enum Here {
    Local { runner: Box<Runner>, folder: TempDir },
    Deployed { token: String },
}

impl Desk {
    /// A deployed stack if there is one, else a local runner of its own.
    pub async fn open() -> Self {
        match deployed() {
            Some((url, token)) => Self { url, here: Here::Deployed { token } },
            None => Self::start(tempfile::tempdir().unwrap()).await,
        }
    }

    /// A local runner, for stories with several members or teams; `None` when a deployed stack is under test.
    pub async fn open_local(story: &str) -> Option<Self> {
        if deployed().is_some() {
            println!("skipped: “{story}” needs the local runner's members");
            return None;
        }
        Some(Self::start(tempfile::tempdir().unwrap()).await)
    }

    async fn start(folder: TempDir) -> Self {
        let template_root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let data = Data::Folder(folder.path().join("kdesk"));
        let runner = Runner::start(Options { data, ports: Ports::Free, demo: Demo::Make, template_root }).await.unwrap();
        Self { url: runner.ready.url.clone(), here: Here::Local { runner: Box::new(runner), folder } }
    }

    /// Stops the runner and starts another one on the same folder.
    pub async fn restart(self) -> Self {
        let Here::Local { runner, folder } = self.here else { return self };
        runner.shutdown().await;
        Self::start(folder).await
    }

    /// Where the API is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The member who may do everything.
    pub async fn owner(&self) -> Caller {
        match &self.here {
            Here::Local { .. } => self.member(OWNER).await,
            Here::Deployed { token } => Caller::new(&self.url, token),
        }
    }

    /// A member of the local runner.
    pub async fn member(&self, email: &str) -> Caller {
        let answer = Client::new().post(format!("{}/local/token", self.url)).json(&json!({"member": email})).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        Caller::new(&self.url, answer["access_token"].as_str().expect("a token"))
    }

    /// Somebody without a token.
    pub fn nobody(&self) -> Caller {
        Caller::new(&self.url, "")
    }

    /// How many mails were sent; a deployed stack's are not seen.
    pub async fn mails(&self) -> usize {
        match &self.here {
            Here::Local { .. } => {
                let mails: Value = reqwest::get(format!("{}/local/mail", self.url)).await.unwrap().json().await.unwrap();
                mails.as_array().map_or(0, Vec::len)
            }
            Here::Deployed { .. } => 0,
        }
    }
}

fn deployed() -> Option<(String, String)> {
    Some((std::env::var("KDESK_URL").ok()?.trim_end_matches('/').to_owned(), std::env::var("KDESK_TOKEN").ok()?))
}

/// A word that no other story has, in which all of a story's addresses and names can be found again.
pub fn a_word() -> String {
    format!("w{}", app::random::uuid().simple())
}

/// A member who makes calls.
#[derive(Clone)]
pub struct Caller {
    http: Client,
    url: String,
    token: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub json: Value,
    pub text: String,
    pub headers: HeaderMap,
}

impl Answer {
    /// Its JSON, provided it has this status.
    #[track_caller]
    pub fn with(self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json
    }

    /// The code of problem details.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }
}

impl Caller {
    fn new(url: &str, token: &str) -> Self {
        Self { http: Client::new(), url: url.to_owned(), token: token.to_owned() }
    }

    /// Any call.
    pub async fn call(&self, method: Method, path: &str, headers: &[(&'static str, &str)], body: Option<&Value>) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        for (name, value) in headers {
            request = request.header(*name, HeaderValue::from_str(value).unwrap());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        Answer { status, headers, json: serde_json::from_str(&text).unwrap_or_default(), text }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, &[], Some(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, &[], Some(&body)).await
    }

    pub async fn patch(&self, path: &str, version: &Value, body: Value) -> Answer {
        self.call(Method::PATCH, path, &[("if-match", &format!("\"{version}\""))], Some(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, &[], None).await
    }

    /// The rows that a search finds, by name, all pages of them.
    pub async fn find(&self, q: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        for page in 1.. {
            let found = self.get(&format!("/v1/contacts?q={q}&pageSize=200&page={page}")).await.with(StatusCode::OK);
            let items = found["items"].as_array().unwrap();
            rows.extend(items.iter().cloned());
            if items.is_empty() || rows.len() as u64 >= found["total"].as_u64().unwrap() {
                break;
            }
        }
        rows
    }

    /// The one contact that a search finds, whole.
    pub async fn find_one(&self, q: &str) -> Value {
        let found = self.find(q).await;
        assert_eq!(found.len(), 1, "{q}: {found:?}");
        self.get(&format!("/v1/contacts/{}", found[0]["id"].as_str().unwrap())).await.with(StatusCode::OK)
    }

    /// Starts an import: the job's path below `/v1`, and how to upload.
    pub async fn start_import(&self, name: &str, size: usize) -> (String, Value) {
        let started = self.post("/v1/imports", json!({"fileName": name, "size": size})).await.with(StatusCode::CREATED);
        (started["job"]["id"].as_str().unwrap().to_owned(), started["upload"].clone())
    }

    /// Sends a file by the request that a started import named.
    pub async fn send(&self, upload: &Value, bytes: &[u8]) -> StatusCode {
        let method: Method = upload["method"].as_str().unwrap().parse().unwrap();
        let mut request = self.http.request(method, upload["url"].as_str().unwrap()).body(bytes.to_vec());
        for (name, value) in upload["headers"].as_object().unwrap() {
            // The client sends the length of the body by itself, once.
            if !name.eq_ignore_ascii_case("content-length") {
                request = request.header(name, value.as_str().unwrap());
            }
        }
        request.send().await.unwrap().status()
    }

    /// Uploads a file and has it planned; the job when its plan is there, or when it failed.
    pub async fn plan(&self, name: &str, bytes: &[u8], options: Value) -> Value {
        let (job, upload) = self.start_import(name, bytes.len()).await;
        assert!(self.send(&upload, bytes).await.is_success());
        self.plan_again(&job, options).await
    }

    /// Has an uploaded file planned.
    pub async fn plan_again(&self, job: &str, options: Value) -> Value {
        self.post(&format!("/v1/imports/{job}/plan"), options).await.with(StatusCode::ACCEPTED);
        self.settled(job).await
    }

    /// Applies a planned job; the job when it has ended.
    pub async fn apply(&self, job: &Value) -> Value {
        let id = job["id"].as_str().unwrap();
        self.post(&format!("/v1/jobs/{id}/apply"), json!({})).await.with(StatusCode::ACCEPTED);
        self.settled(id).await
    }

    /// Uploads, plans and applies a file.
    pub async fn import(&self, name: &str, bytes: &[u8], options: Value) -> Value {
        let planned = self.plan(name, bytes, options).await;
        assert_eq!(planned["state"], "planned", "{planned}");
        self.apply(&planned).await
    }

    /// Undoes a job; the undo when it has ended.
    pub async fn undo(&self, job: &Value) -> Value {
        let undo = self.post(&format!("/v1/jobs/{}/undo", job["id"].as_str().unwrap()), json!({})).await;
        assert!(undo.status.is_success(), "{}", undo.text);
        self.settled(undo.json["id"].as_str().unwrap()).await
    }

    /// A job when no worker has anything to do for it any more.
    pub async fn settled(&self, job: &str) -> Value {
        for _ in 0..LOOKS {
            let job = self.get(&format!("/v1/jobs/{job}")).await.with(StatusCode::OK);
            if !["planning", "applying", "cancelling"].contains(&job["state"].as_str().unwrap()) {
                return job;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("the job {job} did not end");
    }

    /// The history of a contact, newest first, once it has as many entries: on AWS it may lag by a moment.
    pub async fn history(&self, contact: &str, entries: usize) -> Vec<Value> {
        for _ in 0..LOOKS {
            let history = self.get(&format!("{contact}/history")).await.with(StatusCode::OK);
            let items = history["items"].as_array().unwrap();
            if items.len() >= entries {
                return items.clone();
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{contact} has fewer than {entries} entries");
    }

    /// The rows of a job, all pages of them.
    pub async fn rows(&self, job: &Value, outcome: &str) -> Vec<Value> {
        let path = format!("/v1/jobs/{}/rows", job["id"].as_str().unwrap());
        let mut query = format!("?outcome={outcome}");
        let mut rows = Vec::new();
        loop {
            let page = self.get(&format!("{path}{query}")).await.with(StatusCode::OK);
            rows.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => query = format!("?outcome={outcome}&cursor={next}"),
                None => return rows,
            }
        }
    }

    /// The rows of an import that were not stored, as a file.
    pub async fn failed_rows(&self, job: &Value) -> String {
        let answer = self.get(&format!("/v1/jobs/{}/failed.csv", job["id"].as_str().unwrap())).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.text
    }

    /// Exports what a search finds; the file.
    pub async fn export(&self, q: &str) -> String {
        let job = self.post("/v1/exports", json!({"selection": {"filter": {"q": q}}, "format": "csv"})).await.with(StatusCode::ACCEPTED);
        let done = self.settled(job["id"].as_str().unwrap()).await;
        assert_eq!(done["state"], "done", "{done}");
        let file = self.http.get(done["download"].as_str().expect("a link")).send().await.unwrap();
        assert_eq!(file.status(), StatusCode::OK);
        file.text().await.unwrap()
    }
}

/// Created, updated, unchanged, deleted and failed, as `counts` or `planned` say.
pub fn numbers(counts: &Value) -> [u64; 5] {
    ["created", "updated", "unchanged", "deleted", "failed"].map(|name| counts[name].as_u64().unwrap())
}
