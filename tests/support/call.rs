//! A call as API Gateway hands it to a function, and its answer.

use app::Route;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::team::Member;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

/// A call to a route.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    path: String,
    query: String,
    headers: Map<String, Value>,
    claims: Option<Value>,
    body: Option<Vec<u8>>,
    cookies: Vec<String>,
    source_ip: String,
}

macro_rules! methods {
    ($($name:ident, $method:ident;)*) => {
        $(
            /// A call with this method.
            pub fn $name(path: &str) -> Self {
                Self::new(Method::$method, path)
            }
        )*
    };
}

impl Call {
    methods! { get, GET; head, HEAD; post, POST; put, PUT; patch, PATCH; delete, DELETE; }

    fn new(method: Method, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Map::new(),
            claims: None,
            body: None,
            cookies: Vec::new(),
            source_ip: "127.0.0.1".to_owned(),
        }
    }

    /// With a member's token, which the authorizer has checked.
    #[must_use]
    pub fn by(self, member: &Member) -> Self {
        self.claims(&json!({"sub": member.id, "team": member.team}))
    }

    /// With a token that has these claims.
    #[must_use]
    pub fn claims(mut self, claims: &Value) -> Self {
        self.claims = Some(claims.clone());
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.into());
        self
    }

    /// With a cookie.
    #[must_use]
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}"));
        self
    }

    /// From this address.
    #[must_use]
    pub fn from_ip(mut self, source_ip: &str) -> Self {
        source_ip.clone_into(&mut self.source_ip);
        self
    }

    /// With a form's fields.
    #[must_use]
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let encode = |text: &str| {
            text.bytes().flat_map(|byte| [b"%".to_vec(), domain::text::hex(&[byte]).into_bytes()].concat()).map(char::from).collect::<String>()
        };
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        self.header("content-type", "application/x-www-form-urlencoded").body(pairs.join("&").into_bytes())
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string().into_bytes())
    }

    /// With any body.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    /// Whether API Gateway would lead it to this route.
    pub(crate) fn is_for(&self, route: &Route) -> bool {
        let (asked, has): (Vec<&str>, Vec<&str>) = (self.path.split('/').collect(), route.path.split('/').collect());
        self.method == route.method && asked.len() == has.len() && asked.iter().zip(has).all(|(asked, has)| has.starts_with('{') || *asked == has)
    }

    /// The event (payload format 2.0).
    pub(crate) fn event(&self, route: &Route) -> Value {
        let mut event = json!({
            "version": "2.0",
            "routeKey": format!("{} {}", route.method, route.path),
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": self.headers,
            "requestContext": {
                "accountId": "000000000000", "apiId": "test", "domainName": "localhost", "domainPrefix": "test", "requestId": "test", "stage": "$default",
                "routeKey": format!("{} {}", route.method, route.path), "time": "01/Mar/2026:09:00:00 +0000", "timeEpoch": 1_772_355_600_000_i64,
                "http": {"method": self.method.as_str(), "path": self.path, "protocol": "HTTP/1.1", "sourceIp": self.source_ip, "userAgent": "test"},
            },
            "isBase64Encoded": self.body.is_some(),
        });
        if !self.cookies.is_empty() {
            event["cookies"] = json!(self.cookies);
        }
        if let Some(body) = &self.body {
            event["body"] = STANDARD.encode(body).into();
        }
        if let Some(claims) = &self.claims {
            event["requestContext"]["authorizer"] = json!({"jwt": {"claims": claims, "scopes": ["kdesk"]}});
        }
        event
    }
}

/// A route's answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body as JSON; null when it is none.
    pub json: Value,
    headers: Map<String, Value>,
    body: Vec<u8>,
    cookies: Vec<String>,
}

impl Answer {
    pub(crate) fn new(response: &Value) -> Self {
        let text = response["body"].as_str().unwrap_or_default();
        let body = if response["isBase64Encoded"] == true { STANDARD.decode(text).expect("base64") } else { text.as_bytes().to_vec() };
        let status = response["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok()).expect("a status");
        Self {
            status: StatusCode::from_u16(status).expect("a status"),
            json: serde_json::from_slice(&body).unwrap_or_default(),
            headers: response["headers"].as_object().cloned().unwrap_or_default(),
            body,
            cookies: response["cookies"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }

    /// A header; empty when it is not there.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The cookies that are set, as they are sent.
    pub fn cookies(&self) -> &[String] {
        &self.cookies
    }

    /// The names of all headers, and their values.
    pub const fn headers(&self) -> &Map<String, Value> {
        &self.headers
    }

    /// The body as it came.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("UTF-8")
    }

    /// The code of problem details.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// The fields that problem details name.
    pub fn problem_fields(&self) -> Vec<&str> {
        self.json["problems"].as_array().into_iter().flatten().filter_map(|problem| problem["field"].as_str()).collect()
    }
}
