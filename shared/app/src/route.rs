//! A route: one path, one method, one handler, one function on AWS. And the same for pages, which are no operation of the API.

use crate::{App, guard::guarded};
use axum::{Router, handler::Handler, middleware::map_response, routing::MethodRouter};
use http::Method;
use std::fmt;
use utoipa::{
    PartialSchema,
    openapi::{
        RefOr, Schema,
        path::{HttpMethod, Operation},
    },
};

/// A route. The method, path and description of an API operation come from the `#[utoipa::path]` of its handler, so they are written once.
pub struct Route {
    /// The name of its binary and, in Pascal case with `Function` behind it, of its resource in template.yaml: `contacts-create`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, with `{name}` for parameters, as API Gateway, axum and OpenAPI all write them.
    pub path: String,
    describe: Option<fn() -> Description>,
    more_paths: Vec<String>,
    is_fallback: bool,
    handler: MethodRouter<App>,
}

/// What OpenAPI says of a route.
pub struct Description {
    /// The operation.
    pub operation: Operation,
    /// The schemas that it names.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

impl fmt::Debug for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Description").field("operation", &self.operation.operation_id).finish_non_exhaustive()
    }
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
        Self { name, method, path: D::path(), describe: Some(describe::<D>), more_paths: Vec::new(), is_fallback: false, handler }
    }

    /// Pages for browsers, open to everybody. They are no operation of the API, so its description leaves them out. The first path, as API
    /// Gateway writes it, may end in `{name+}` for everything below; `more_paths` lead to the same handler, which finds the path in the request.
    pub fn page<H, T>(name: &'static str, path: &str, more_paths: &[&str], handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let more_paths = more_paths.iter().map(|&path| path.to_owned()).collect();
        let handler = axum::routing::get(handler);
        Self { name, method: Method::GET, path: path.to_owned(), describe: None, more_paths, is_fallback: true, handler }
    }

    /// A page or a form of the portal, for browsers and open to everybody: who is signed in is asked by the handler. Every answer is guarded by
    /// [`crate::portal::guard`], also one that says what went wrong.
    pub fn portal<H, T>(name: &'static str, method: Method, path: &str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let handler = if method == Method::POST { axum::routing::post(handler) } else { axum::routing::get(handler) };
        let handler = handler.layer(axum::middleware::map_response(crate::portal::guard::guarded));
        Self { name, method, path: path.to_owned(), describe: None, more_paths: Vec::new(), is_fallback: false, handler }
    }

    /// The same for everything below a path that ends in `{name+}`, and for these paths; the handler finds the path in the request.
    #[must_use]
    pub fn with_everything_below(self, more_paths: &[&str]) -> Self {
        Self { more_paths: more_paths.iter().map(|&path| path.to_owned()).collect(), is_fallback: true, ..self }
    }

    /// Its OpenAPI description, put together when it is asked for: most functions never are, and it would slow their start. A page has none.
    pub fn description(&self) -> Option<Description> {
        self.describe.map(|describe| describe())
    }

    /// Every method and path that leads here. API Gateway does not take HEAD for GET, and pages are asked for both.
    pub fn endpoints(&self) -> Vec<(Method, String)> {
        let is_page = self.describe.is_none() && self.method == Method::GET;
        let methods = if is_page { vec![Method::GET, Method::HEAD] } else { vec![self.method.clone()] };
        let paths = || std::iter::once(&self.path).chain(&self.more_paths);
        methods.into_iter().flat_map(|method| paths().map(move |path| (method.clone(), path.clone()))).collect()
    }

    /// This route alone, ready to serve.
    pub fn router(self, app: App) -> Router {
        let router = match self.describe {
            Some(_) => Router::new().route(&self.path, self.handler).layer(map_response(guarded)),
            // API Gateway has matched the path, in a notation for the rest of it that is not axum's.
            None if self.is_fallback => Router::new().fallback(self.handler),
            None => Router::new().route(&self.path, self.handler),
        };
        router.with_state(app)
    }
}

fn describe<D: utoipa::Path + utoipa::__dev::SchemaReferences>() -> Description {
    let mut schemas = vec![("ProblemDetails".to_owned(), crate::error::ProblemDetails::schema())];
    <crate::error::ProblemDetails as utoipa::ToSchema>::schemas(&mut schemas);
    D::schemas(&mut schemas);
    Description { operation: D::operation(), schemas }
}

/// `route!("contacts-create", handle)`: the route of this file's `#[utoipa::path]` handler.
#[macro_export]
macro_rules! route {
    ($name:literal, handle) => {
        $crate::Route::new::<__path_handle, _, _>($name, handle)
    };
}
