//! `GET /v1/contacts`: any member searches, filters, sorts and pages the directory.

use crate::row::ContactRow;
use app::{
    App, Error, Route,
    engine::MAX_Q,
    extract::{Member, Query},
};
use axum::{Json, extract::State};
use domain::directory::{self, Filter, Order, Sort, Status};
use serde::{Deserialize, Serialize};

/// The largest page.
const MAX_PAGE_SIZE: usize = 200;

/// The route.
pub fn route() -> Route {
    app::route!("contacts-list", handle)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Search {
    /// Words that must all stand somewhere in name, company, emails or phones; case and accents do not matter. At most 200 characters.
    #[param(example = "zoe example.com")]
    q: String,
    /// Only active or only inactive contacts.
    #[param(inline)]
    status: Option<Status>,
    /// What to sort by; contacts without it come last.
    #[param(inline)]
    sort: Sort,
    /// In which order.
    #[param(inline)]
    order: Order,
    /// Which page, from 1.
    #[param(minimum = 1, example = 1)]
    page: usize,
    /// How many rows a page has, 1 to 200.
    #[param(minimum = 1, maximum = 200, example = 50)]
    page_size: usize,
}

impl Default for Search {
    fn default() -> Self {
        Self { q: String::new(), status: None, sort: Sort::Name, order: Order::Ascending, page: 1, page_size: 50 }
    }
}

/// One page of the directory.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct ContactPage {
    /// The contacts of this page.
    items: Vec<ContactRow>,
    /// How many match in all, exactly.
    #[schema(examples(312))]
    total: usize,
    /// Which page this is.
    #[schema(examples(1))]
    page: usize,
    /// How many rows a page has.
    #[schema(examples(50))]
    page_size: usize,
}

/// Searches the directory. Every change that was made before is in the answer.
#[utoipa::path(
    get,
    path = "/v1/contacts",
    params(Search),
    responses((status = 200, description = "One page and the exact total.", body = ContactPage), (status = 422, description = "A parameter that is unknown or wrong."))
)]
async fn handle(State(app): State<App>, member: Member, Query(search): Query<Search>) -> Result<Json<ContactPage>, Error> {
    let Search { q, status, sort, order, page, page_size } = search;
    if q.chars().count() > MAX_Q {
        return Err(Error::parameter("q", format!("at most {MAX_Q} characters")));
    }
    if page == 0 || page_size == 0 || page_size > MAX_PAGE_SIZE {
        return Err(Error::parameter(
            if page == 0 { "page" } else { "pageSize" },
            format!("page counts from 1, and a page has 1 to {MAX_PAGE_SIZE} rows"),
        ));
    }
    let query = directory::Query { filter: Filter::new(&q, status), sort, order, page, page_size };
    let found = app.read_directory(&member.team, |directory| directory.search(&query)).await?;
    Ok(Json(ContactPage { items: found.rows.into_iter().map(ContactRow::from).collect(), total: found.total, page, page_size }))
}

#[cfg(test)]
mod tests {
    use super::route;
    use http::StatusCode;
    use testing::{Answer, Call, TestApp, a_contact};

    async fn list(test: &TestApp, query: &str) -> Answer {
        let viewer = test.member("demo", &[]).await;
        test.call(route(), Call::get(&format!("/v1/contacts{query}")).by(&viewer)).await
    }

    fn names(answer: &Answer) -> Vec<&str> {
        answer.json["items"].as_array().expect("items").iter().map(|row| row["displayName"].as_str().expect("a name")).collect()
    }

    #[tokio::test]
    async fn all_words_match_anywhere_without_case_and_accents() {
        let test = TestApp::start().await;
        test.contact("demo", a_contact().named("Zoë Große").working_at("Example GmbH")).await;
        test.contact("demo", a_contact().named("Zoe Small").phoned("+49 (0)30 90 18-20")).await;
        test.contact("other", a_contact().named("Zoë Elsewhere")).await;
        assert_eq!(names(&list(&test, "?q=ZOE").await), ["Zoë Große", "Zoe Small"]);
        assert_eq!(names(&list(&test, "?q=zo%20gross%20exam").await), ["Zoë Große"]);
        assert_eq!(names(&list(&test, "?q=%2B49%2030%20901820").await), ["Zoe Small"]);
        assert_eq!(list(&test, "?q=nobody").await.json["total"], 0);
    }

    #[tokio::test]
    async fn a_change_is_in_the_next_answer_of_any_process() {
        let test = TestApp::start().await;
        let zoe = test.contact("demo", a_contact().named("Zoë")).await;
        assert_eq!(names(&list(&test, "").await), ["Zoë"]);
        test.change(&zoe, "firstName", "Chloé").await;
        assert_eq!(names(&list(&test, "?q=chloe").await), ["Chloé"]);
        test.app.directories.forget().await;
        assert_eq!(names(&list(&test, "?q=chloe").await), ["Chloé"]);
        assert_eq!(list(&test, "?q=zoe").await.json["total"], 0);
    }

    #[tokio::test]
    async fn pages_sorts_and_filters_have_an_exact_total() {
        let test = TestApp::start().await;
        for name in ["Cid", "Ann", "Bob"] {
            test.contact("demo", a_contact().named(name)).await;
        }
        test.contact("demo", a_contact().named("Dan").inactive()).await;
        let page = list(&test, "?sort=name&order=desc&page=2&pageSize=3").await;
        assert_eq!((names(&page), &page.json["total"]), (vec!["Ann"], &4.into()));
        assert_eq!(names(&list(&test, "?status=inactive").await), ["Dan"]);
    }

    #[tokio::test]
    async fn a_wrong_parameter_is_named_and_no_token_is_refused() {
        let test = TestApp::start().await;
        for bad in [
            "?pageSize=201",
            "?pageSize=0",
            "?page=0",
            "?sort=shoeSize",
            "?status=gone",
            "?shoeSize=43",
            "?page=x",
            &format!("?q={}", "x".repeat(201)),
        ] {
            assert_eq!(list(&test, bad).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        }
        assert_eq!(test.call(route(), Call::get("/v1/contacts")).await.status, StatusCode::UNAUTHORIZED);
    }
}
