//! The OpenAPI 3.1 description, put together from the routes' own.

use crate::{Error, Route, route::Description};
use domain::team::Permission;
use serde_json::Value;
use utoipa::openapi::{
    Components, ContentBuilder, Header, HeaderBuilder, Info, ObjectBuilder, OpenApi, Paths, Ref, RefOr, Response, ResponseBuilder,
    path::{HttpMethod, PathItem},
    schema::Type,
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

/// What every route may also answer, whatever it does.
const ALWAYS: [(&str, &str); 3] = [
    ("401", "No token, or one that is not valid here."),
    ("429", "Too many requests at once; `Retry-After` says when to come back."),
    ("500", "Something inside the service failed; nothing was half-written."),
];
/// What every route with a JSON body may also answer.
const WITH_BODY: [(&str, &str); 2] =
    [("413", "More than 1 MiB."), ("422", "A body that is no JSON, or fields that are unknown or wrong, each named.")];

/// Describes those of these routes that are operations of the API.
pub fn describe(routes: &[Route]) -> OpenApi {
    let mut paths = Paths::new();
    let mut components = Components::new();
    for route in routes {
        let Some(Description { mut operation, schemas }) = route.description() else { continue };
        for (name, schema) in schemas {
            components.schemas.insert(name, schema);
        }
        operation.operation_id = Some(route.name.to_owned());
        operation.tags = Some(vec![route.name.split('-').next().unwrap_or_default().to_owned()]);
        // A route that says itself who may call is open: `security(())`.
        let is_open = operation.security.is_some();
        operation.security.get_or_insert_with(|| vec![SecurityRequirement::new("member", ["kdesk"])]);
        let with_body = WITH_BODY.iter().filter(|_| operation.request_body.is_some());
        for &(status, meaning) in ALWAYS.iter().chain(with_body).filter(|(status, _)| !(is_open && *status == "401")) {
            operation.responses.responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(status, meaning)));
        }
        for (status, response) in &mut operation.responses.responses {
            if let RefOr::T(response) = response
                && status.starts_with(['4', '5'])
                && response.content.is_empty()
            {
                *response = problem(status, &response.description);
            }
        }
        let method = match route.method.as_str() {
            "POST" => HttpMethod::Post,
            "PUT" => HttpMethod::Put,
            "PATCH" => HttpMethod::Patch,
            "DELETE" => HttpMethod::Delete,
            _ => HttpMethod::Get,
        };
        let item = PathItem::new(method, operation);
        match paths.paths.get_mut(&route.path) {
            Some(there) => there.merge_operations(item),
            None => drop(paths.paths.insert(route.path.clone(), item)),
        }
    }
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").description(Some("An access token of the team's issuer."));
    components.security_schemes.insert("member".to_owned(), SecurityScheme::Http(bearer.build()).into());
    let mut info = Info::new("KDesk Contacts", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "The contacts of a helpdesk team: search, edit, import, export, change in bulk, and undo. The team always comes from the token.".to_owned(),
    );
    let mut description = OpenApi::new(info, paths);
    description.components = Some(components);
    description
}

fn problem(status: &str, meaning: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemDetails"))).example(example(status, meaning)).build();
    let response = ResponseBuilder::new().description(meaning).content("application/problem+json", content);
    if status == "429" { response.header("Retry-After", seconds()).build() } else { response.build() }
}

fn seconds() -> Header {
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).examples([1]).build();
    HeaderBuilder::new().schema(Some(seconds)).description(Some("After how many seconds to try again.")).build()
}

/// An error of this status, as the service makes it: a refusal with the permission that its meaning names, a conflict with the first code there.
fn example(status: &str, meaning: &str) -> Option<Value> {
    let error = match status {
        "401" => Error::SignedOut,
        "403" => {
            let named = Permission::ALL.into_iter().find(|permission| meaning.contains(permission.title()));
            Error::permission_missing(named.unwrap_or(Permission::ModifyContacts))
        }
        "404" => Error::NotFound,
        "409" => Error::conflict("conflict", meaning),
        "413" => Error::TooLarge { detail: meaning.to_owned() },
        "422" => Error::parameter("primaryEmail", "an email address has the form name@domain.tld"),
        "428" => Error::VersionMissing,
        "429" => Error::TooMany { retry_after_seconds: 1 },
        _ => Error::Internal,
    };
    let mut example = serde_json::to_value(error.details()).ok()?;
    if status == "409" {
        example["code"] = meaning.split('`').nth(1).unwrap_or_default().into();
    }
    Some(example)
}
