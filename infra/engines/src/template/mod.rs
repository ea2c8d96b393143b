//! What the deployment template says: functions, routes, schedules, the table and the bucket's CORS rules. Read from
//! `template.yaml` and the nested stacks in `infra/*.yaml`, so that what runs locally is what deploys.

mod cloudformation;
mod read;
mod rights;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::Error;
use cloudformation::Stacks;
pub use rights::{Asked, Condition, Right, is_like};

/// The parts of the deployment that matter in this process.
#[derive(Clone, Debug)]
pub struct Template {
    /// Every Lambda function.
    pub functions: Vec<Function>,
    /// Every HTTP route, in the order of the template.
    pub routes: Vec<Route>,
    /// Every schedule.
    pub schedules: Vec<Schedule>,
    /// The one table.
    pub table: Table,
    /// The bucket's CORS rules, in order.
    pub cors: Vec<CorsRule>,
}

/// A Lambda function of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The resource, such as `ContactsCreateFunction`.
    pub resource: String,
    /// The binary, such as `contacts-create`.
    pub name: String,
    /// What it may do, statement by statement.
    pub rights: Vec<Right>,
}

/// An event of type `HttpApi`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The function's name, such as `contacts-create`.
    pub function: String,
    /// The method in capitals; `ANY` for every method.
    pub method: String,
    /// The path with `{name}` for parameters and `{name+}` for the rest.
    pub path: String,
    /// Who may call.
    pub caller: Caller,
}

/// Whether the JWT authorizer stands before a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// No authorizer.
    Anyone,
    /// A valid access token with at least one of these scopes, or any when there are none.
    Member {
        /// The scopes of which one is enough.
        scopes: Vec<String>,
    },
}

/// Something that runs by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// The resource's name, such as `SweepSchedule`.
    pub name: String,
    /// The function it invokes, such as `jobs-sweep`.
    pub function: String,
    /// As written, such as `rate(1 minute)`.
    pub expression: String,
    /// The pause between two runs, for a `rate`; a `cron` has none.
    pub every: Option<Duration>,
    /// The event the function gets.
    pub input: Value,
}

/// The table's definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The members of DynamoDB's `CreateTable` other than its name.
    pub create: Value,
    /// The attribute that holds the expiry in seconds since 1970.
    pub ttl_attribute: Option<String>,
}

/// One CORS rule of the bucket.
/// See <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html>.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CorsRule {
    /// Origins, each with at most one `*`. One that the template takes from a parameter is the deployment's own
    /// page, which here is any page of this machine.
    pub origins: Vec<String>,
    /// Methods in capitals.
    pub methods: Vec<String>,
    /// Request headers, each with at most one `*`.
    pub headers: Vec<String>,
    /// Response headers that a page may read.
    pub exposed: Vec<String>,
    /// How long a browser may remember the answer, in seconds.
    pub max_age_seconds: Option<u64>,
}

impl Template {
    /// Reads `template.yaml` in this folder and every `.yaml` file in its `infra` folder.
    pub fn read(root: &Path) -> Result<Arc<Self>, Error> {
        Self::from_stacks(&Stacks::read(root)?).map(Arc::new)
    }

    /// Reads the same from texts, the main template first: pairs of file name and content.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, Error> {
        Self::from_stacks(&Stacks::parse(files)?)
    }

    /// The schedule of this name. `SweepSchedule`, `sweep-schedule`, `sweep` and the function's name all find it.
    pub fn schedule(&self, name: &str) -> Option<&Schedule> {
        self.schedules.iter().find(|schedule| {
            let kebab = kebab(&schedule.name);
            schedule.name == name || kebab == name || kebab.trim_end_matches("-schedule") == name || schedule.function == name
        })
    }
}

/// `ContactsCreate` as `contacts-create`.
pub(crate) fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// The name of a function's binary: the resource's name without `Function`, in lower case with hyphens.
pub(crate) fn function_name(resource: &str) -> String {
    kebab(resource.strip_suffix("Function").unwrap_or(resource))
}
