//! `GET /v1/contacts/duplicates`: any member sees who is probably the same person, and why.

use crate::row::ContactRow;
use app::{
    App, Error, Route,
    extract::{Member, Query},
};
use axum::{Json, extract::State};
use domain::directory::{DuplicateGroup, Reason, likely_duplicates};
use serde::{Deserialize, Serialize};

/// The route.
pub fn route() -> Route {
    app::route!("contacts-duplicates", handle)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Which {
    /// Which page, from 1.
    #[param(minimum = 1, example = 1)]
    page: usize,
    /// How many groups a page has, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 50)]
    page_size: usize,
}

impl Default for Which {
    fn default() -> Self {
        Self { page: 1, page_size: 50 }
    }
}

/// Contacts that are probably one person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Duplicates {
    /// The contacts.
    contacts: Vec<ContactRow>,
    /// Why.
    reasons: Vec<Why>,
}

/// Why contacts are probably one person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Why {
    /// What they share.
    kind: Shared,
    /// The address or the number they share.
    #[schema(examples("+4930901820"))]
    value: Option<String>,
}

/// What contacts can share.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
enum Shared {
    /// An address, primary or labeled.
    Email,
    /// A number.
    Phone,
    /// Name and company.
    NameAndCompany,
}

/// One page of likely duplicates.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct DuplicatesPage {
    /// The groups of this page.
    items: Vec<Duplicates>,
    /// How many groups there are in all.
    #[schema(examples(3))]
    total: usize,
    /// Which page this is.
    #[schema(examples(1))]
    page: usize,
    /// How many groups a page has.
    #[schema(examples(50))]
    page_size: usize,
}

/// Lists contacts that are probably the same person: by an address, a phone, or name and company.
#[utoipa::path(
    get,
    path = "/v1/contacts/duplicates",
    params(Which),
    responses((status = 200, description = "Groups of two and more.", body = DuplicatesPage), (status = 422, description = "A parameter that is unknown or wrong."))
)]
async fn handle(State(app): State<App>, member: Member, Query(Which { page, page_size }): Query<Which>) -> Result<Json<DuplicatesPage>, Error> {
    if page == 0 || page_size == 0 || page_size > 100 {
        return Err(Error::parameter(if page == 0 { "page" } else { "pageSize" }, "page counts from 1, and a page has 1 to 100 groups"));
    }
    let groups = app.read_directory(&member.team, likely_duplicates).await?;
    let total = groups.len();
    let items = groups.into_iter().skip((page - 1).saturating_mul(page_size)).take(page_size).map(Duplicates::from).collect();
    Ok(Json(DuplicatesPage { items, total, page, page_size }))
}

impl From<DuplicateGroup> for Duplicates {
    fn from(group: DuplicateGroup) -> Self {
        let why = |reason| match reason {
            Reason::SameEmail(address) => Why { kind: Shared::Email, value: Some(address) },
            Reason::SamePhone(number) => Why { kind: Shared::Phone, value: Some(number) },
            Reason::SameNameAndCompany => Why { kind: Shared::NameAndCompany, value: None },
        };
        Self { contacts: group.contacts.into_iter().map(ContactRow::from).collect(), reasons: group.reasons.into_iter().map(why).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::route;
    use http::StatusCode;
    use serde_json::json;
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn a_shared_phone_is_a_reason_and_other_teams_are_not_looked_at() {
        let test = TestApp::start().await;
        test.contact("demo", a_contact().named("Zoë").phoned("+49 30 901820")).await;
        test.contact("demo", a_contact().named("Z. Müller").phoned("0049 30 90 18 20")).await;
        test.contact("demo", a_contact().named("Ann")).await;
        test.contact("other", a_contact().named("Ann").phoned("+49 30 901820")).await;
        let viewer = test.member("demo", &[]).await;
        let answer = test.call(route(), Call::get("/v1/contacts/duplicates").by(&viewer)).await;
        assert_eq!((answer.status, &answer.json["total"]), (StatusCode::OK, &json!(1)));
        assert_eq!(answer.json["items"][0]["contacts"].as_array().map(Vec::len), Some(2));
        assert_eq!(answer.json["items"][0]["reasons"][0]["kind"], "phone");
        assert_eq!(test.call(route(), Call::get("/v1/contacts/duplicates")).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(test.call(route(), Call::get("/v1/contacts/duplicates?page=0").by(&viewer)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
