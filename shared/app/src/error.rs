//! What can go wrong, ordered by what the caller can do about it, and its form on the wire (RFC 9457 problem details).

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use domain::{contact::Problem, team::Permission};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};

/// Why a request was not done. Nothing was written.
#[derive(Debug)]
pub enum Error {
    /// Mend the request. 422, with every field that is wrong.
    Invalid {
        /// Stable, for programs.
        code: &'static str,
        /// What to mend.
        detail: String,
        /// Field by field.
        problems: Vec<Problem>,
    },
    /// Send less at once. 413.
    TooLarge {
        /// What the limit is.
        detail: String,
    },
    /// Name the version that the change is made on. 428 (RFC 6585 section 3).
    VersionMissing,
    /// Sign in (again). 401.
    SignedOut,
    /// Ask for the right. 403, naming what is missing.
    Forbidden {
        /// Stable, for programs.
        code: &'static str,
        /// Which permission or team switch is missing.
        missing: String,
    },
    /// There is no such thing, or it is another team's: the caller cannot tell which. 404.
    NotFound,
    /// The same, for something that a field of the request names. 404.
    NotFoundIn {
        /// The field.
        field: &'static str,
    },
    /// Look at what is there now. 409, with whatever helps to go on.
    Conflict {
        /// Stable, for programs.
        code: &'static str,
        /// What stands against it.
        detail: String,
        /// Further members of the problem details.
        more: Map<String, Value>,
    },
    /// Come back later. 429.
    TooMany {
        /// When, in seconds.
        retry_after_seconds: u32,
    },
    /// Nothing the caller can mend. 500; the cause is in the log, once.
    Internal,
}

impl Error {
    /// A request that is wrong as a whole.
    pub fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid { code, detail: detail.into(), problems: Vec::new() }
    }

    /// Fields that are wrong.
    pub fn fields(problems: Vec<Problem>) -> Self {
        let names: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
        Self::Invalid { code: "invalid_fields", detail: format!("Please mend: {}.", names.join(", ")), problems }
    }

    /// One parameter that is wrong.
    pub fn parameter(name: &str, problem: impl Into<String>) -> Self {
        Self::fields(vec![Problem { field: name.to_owned(), problem: problem.into() }])
    }

    /// A conflict with what is there.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict { code, detail: detail.into(), more: Map::new() }
    }

    /// The same conflict with one more member that helps to go on.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        if let Self::Conflict { more, .. } = &mut self {
            more.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        }
        self
    }

    /// A member without a permission.
    pub fn permission_missing(permission: Permission) -> Self {
        Self::Forbidden { code: "permission_missing", missing: permission.title().to_owned() }
    }

    /// Something that only operators can mend: logs the cause and shows nothing of it.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(error.cause = %cause, "a request failed for a reason inside the service");
        Self::Internal
    }

    /// What is stored cannot be read as a `T`. What serde says of it is not logged, for it repeats what it met: a contact's own words.
    pub fn unreadable<T>(_: impl std::error::Error) -> Self {
        Self::internal(format_args!("what is stored cannot be read as {}", std::any::type_name::<T>()))
    }

    /// A call to AWS that failed: logs what each cause says of itself. Never what a cause looks like inside, for that has the reply, and contacts in it.
    pub fn aws(error: &dyn std::error::Error) -> Self {
        let causes = std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string);
        Self::internal(causes.collect::<Vec<_>>().join(": "))
    }

    /// The HTTP status.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::VersionMissing => StatusCode::PRECONDITION_REQUIRED,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NotFoundIn { .. } => StatusCode::NOT_FOUND,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Its form on the wire.
    pub(crate) fn details(&self) -> ProblemDetails {
        let (code, detail) = match self {
            Self::Invalid { code, detail, .. } | Self::Conflict { code, detail, .. } => (*code, detail.clone()),
            Self::TooLarge { detail } => ("too_large", detail.clone()),
            Self::VersionMissing => ("version_missing", "Send If-Match with the version that you read.".to_owned()),
            Self::SignedOut => ("signed_out", "Sign in to go on.".to_owned()),
            Self::Forbidden { code, missing } => (*code, format!("This needs “{missing}”.")),
            Self::NotFound => ("not_found", "There is nothing here.".to_owned()),
            Self::NotFoundIn { field } => ("not_found", format!("{field} names nothing that is here.")),
            Self::TooMany { retry_after_seconds } => ("too_many", format!("Please wait {retry_after_seconds} seconds.")),
            Self::Internal => ("internal", "Something went wrong on our side. Nothing is lost; please try again.".to_owned()),
        };
        let status = self.status();
        let (problems, missing, more) = match self {
            Self::Invalid { problems, .. } => (problems.clone(), None, Map::new()),
            Self::NotFoundIn { field } => {
                let problem = Problem { field: (*field).to_owned(), problem: "there is nothing with this id".to_owned() };
                (vec![problem], None, Map::new())
            }
            Self::Forbidden { missing, .. } => (Vec::new(), Some(missing.clone()), Map::new()),
            Self::Conflict { more, .. } => (Vec::new(), None, more.clone()),
            _ => (Vec::new(), None, Map::new()),
        };
        ProblemDetails {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail,
            problems,
            missing,
            more,
        }
    }
}

/// Problem details as RFC 9457 describes them, with a stable `code`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemDetails {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type")]
    #[schema(examples("about:blank"))]
    kind: &'static str,
    /// The status in words.
    #[schema(examples("Conflict"))]
    title: &'static str,
    /// The HTTP status.
    #[schema(examples(409))]
    status: u16,
    /// Stable, for programs.
    #[schema(examples("stale_version"))]
    code: &'static str,
    /// What to do about it, for people.
    #[schema(examples("The contact was changed since you read it."))]
    detail: String,
    /// Field by field, when fields are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Problem>,
    /// The permission or team switch that is missing, for 403.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("Modify contacts"))]
    missing: Option<String>,
    /// Further members that help to go on, e.g. `current` and `yours` for a stale version.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    more: Map<String, Value>,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(self.details())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Self::TooMany { retry_after_seconds } = self {
            headers.insert(header::RETRY_AFTER, retry_after_seconds.into());
        }
        response
    }
}
