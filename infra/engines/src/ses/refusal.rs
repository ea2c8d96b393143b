//! The errors that `SendEmail` documents, to be answered on demand.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

/// One documented error, or the two failures that any service has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 429, the sending rate: worth another try.
    TooManyRequests,
    /// 400, the daily quota.
    LimitExceeded,
    /// 400, the account is suspended for good.
    AccountSuspended,
    /// 400, sending is paused for the account.
    SendingPaused,
    /// 400, the content is not acceptable.
    MessageRejected,
    /// 400, the MAIL FROM domain is not verified.
    MailFromDomainNotVerified,
    /// 400, the request is wrong, with what is wrong.
    BadRequest(String),
    /// 404, such as an unknown configuration set.
    NotFound,
    /// 503, worth another try.
    Unavailable,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::TooManyRequests => (429, "TooManyRequestsException", "Maximum sending rate exceeded.".to_owned()),
            Self::LimitExceeded => (400, "LimitExceededException", "Daily message quota exceeded.".to_owned()),
            Self::AccountSuspended => (400, "AccountSuspendedException", "The account is suspended.".to_owned()),
            Self::SendingPaused => (400, "SendingPausedException", "Sending paused for this account.".to_owned()),
            Self::MessageRejected => (400, "MessageRejected", "Email address is not verified.".to_owned()),
            Self::MailFromDomainNotVerified => (400, "MailFromDomainNotVerifiedException", "The MAIL FROM domain is not verified.".to_owned()),
            Self::BadRequest(message) => (400, "BadRequestException", message),
            Self::NotFound => (404, "NotFoundException", "The configuration set does not exist.".to_owned()),
            Self::Unavailable => (503, "ServiceUnavailable", "Service unavailable.".to_owned()),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, [("x-amzn-errortype", code)], axum::Json(json!({ "message": message }))).into_response()
    }
}
