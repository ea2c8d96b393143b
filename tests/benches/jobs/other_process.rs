//! The engines in a process of their own, so that neither their memory nor their work is taken for the worker's.

use app::{
    App,
    clock::Clock,
    settings::{Aws, Portal, Settings},
};
use engines::{ACCESS_KEY, BUCKET, Data, EngineOptions, Engines, Ports, REGION, SECRET_KEY, TABLE};
use serde::{Deserialize, Serialize};
use std::{
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

/// The name under which jobs are handed on.
const WORKER: &str = "jobs-work";

/// Engines in a process of their own, over files. They end when this is dropped.
#[derive(Debug)]
pub struct OtherProcess {
    child: Child,
    endpoints: Endpoints,
    _folder: tempfile::TempDir,
}

#[derive(Debug, Serialize, Deserialize)]
struct Endpoints {
    dynamodb: String,
    s3: String,
    lambda: String,
}

impl OtherProcess {
    /// Starts this program again as [`run`], over an empty folder.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let own = std::env::current_exe().expect("this program has a path");
        let mut command = Command::new(own);
        command.arg("engines").arg(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it was asked for")).read_line(&mut line).expect("the engines start");
        let endpoints = serde_json::from_str(&line).expect("the engines say where they are");
        Self { child, endpoints, _folder: folder }
    }

    /// The application over these engines.
    pub fn app(&self) -> App {
        let Endpoints { dynamodb, s3, lambda } = &self.endpoints;
        let settings = Settings {
            aws: Aws {
                region: REGION.to_owned(),
                access_key_id: ACCESS_KEY.to_owned(),
                secret_access_key: SECRET_KEY.to_owned(),
                session_token: None,
                dynamodb_endpoint: Some(dynamodb.clone()),
                s3_endpoint: Some(s3.clone()),
                lambda_endpoint: Some(lambda.clone()),
                ses_endpoint: None,
            },
            table: TABLE.to_owned(),
            bucket: BUCKET.to_owned(),
            worker_function: WORKER.to_owned(),
            team_claim: "team".to_owned(),
            write_units_per_second: None,
            directory_bytes: 2 << 30,
            console: None,
            mail_function: String::new(),
            mail_from: None,
            mail_configuration_set: None,
            mails_per_team_and_day: app::settings::MAILS_PER_TEAM_AND_DAY,
            mail_topic: None,
            portal: Portal { origin: None, code_keys: None, microsoft: None, google: None, oidc: None },
        };
        App::new(settings, Clock::system()).expect("the clients are made")
    }

    /// The environment of a function over these engines.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let Endpoints { dynamodb, s3, lambda } = &self.endpoints;
        let settings = [
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
            ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb),
            ("AWS_ENDPOINT_URL_S3", s3),
            ("AWS_ENDPOINT_URL_LAMBDA", lambda),
            ("TABLE_NAME", TABLE),
            ("BUCKET_NAME", BUCKET),
            ("WORKER_FUNCTION", WORKER),
        ];
        settings.map(|(name, value)| (name, value.to_owned())).to_vec()
    }
}

impl Drop for OtherProcess {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Runs engines over a folder until the standard input ends, and says in one line where they are.
pub async fn run(folder: PathBuf) {
    let options = EngineOptions { data: Data::Folder(folder), ports: Ports::Free, template_root: testing::root() };
    let engines = Engines::start(options).await.expect("the engines start");
    // The bench hands jobs on by itself.
    engines.lambda.register(WORKER, |_| async { Ok(()) });
    let endpoints = Endpoints { dynamodb: engines.dynamodb.url(), s3: engines.s3.url(), lambda: engines.lambda.url() };
    println!("{}", serde_json::to_string(&endpoints).expect("it is JSON"));
    let wait = || std::io::stdin().read_to_end(&mut Vec::new());
    tokio::task::spawn_blocking(wait).await.expect("it waits").expect("the input can be read");
}
