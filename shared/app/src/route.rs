//! A route: one path, one method, one handler, one function on AWS.

use crate::App;
use axum::{Router, handler::Handler, routing::MethodRouter};
use http::Method;
use std::fmt;
use utoipa::{
    PartialSchema,
    openapi::{
        RefOr, Schema,
        path::{HttpMethod, Operation},
    },
};

/// A route of the API. Its method, path and description come from the `#[utoipa::path]` of its handler, so they are written once.
pub struct Route {
    /// The name of its binary and, in Pascal case with `Function` behind it, of its resource in template.yaml: `contacts-create`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, with `{name}` for parameters, as API Gateway, axum and OpenAPI all write them.
    pub path: String,
    /// Its OpenAPI description.
    pub operation: Operation,
    /// The schemas that the description names.
    pub schemas: Vec<(String, RefOr<Schema>)>,
    handler: MethodRouter<App>,
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.method, self.path, self.name)
    }
}

impl Route {
    /// A route for a handler; use the macro [`crate::route!`], which finds the handler's description.
    pub fn new<D, H, T>(name: &'static str, handler: H) -> Self
    where
        D: utoipa::Path + utoipa::__dev::SchemaReferences,
        H: Handler<T, App>,
        T: 'static,
    {
        let (method, handler) = match D::methods().first() {
            Some(HttpMethod::Post) => (Method::POST, axum::routing::post(handler)),
            Some(HttpMethod::Put) => (Method::PUT, axum::routing::put(handler)),
            Some(HttpMethod::Patch) => (Method::PATCH, axum::routing::patch(handler)),
            Some(HttpMethod::Delete) => (Method::DELETE, axum::routing::delete(handler)),
            _ => (Method::GET, axum::routing::get(handler)),
        };
        let mut schemas = vec![("ProblemDetails".to_owned(), crate::error::ProblemDetails::schema())];
        <crate::error::ProblemDetails as utoipa::ToSchema>::schemas(&mut schemas);
        D::schemas(&mut schemas);
        Self { name, method, path: D::path(), operation: D::operation(), schemas, handler }
    }

    /// This route alone, ready to serve.
    pub fn router(self, app: App) -> Router {
        Router::new().route(&self.path, self.handler).with_state(app)
    }
}

/// `route!("contacts-create", handle)`: the route of this file's `#[utoipa::path]` handler.
#[macro_export]
macro_rules! route {
    ($name:literal, handle) => {
        $crate::Route::new::<__path_handle, _, _>($name, handle)
    };
}
