//! `GET /v1/contacts/{id}/history`: any member sees who changed what, newest first.

use app::{
    App, Error, Route,
    extract::{Member, Path, Query},
};
use axum::{Json, extract::State};
use domain::{history::Entry, ids::ContactId};
use serde::{Deserialize, Serialize};

/// The largest page.
const MAX_PAGE_SIZE: i32 = 200;

/// The route.
pub fn route() -> Route {
    app::route!("contacts-history", handle)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Which {
    /// Where the page before ended: its `next`.
    #[param(example = "1772355600000#0190b5d8-7c1e-7cc0-a000-000000000001#1")]
    cursor: Option<String>,
    /// How many entries a page has, 1 to 200.
    #[param(minimum = 1, maximum = 200, example = 50)]
    page_size: i32,
}

impl Default for Which {
    fn default() -> Self {
        Self { cursor: None, page_size: 50 }
    }
}

/// One page of a contact's history.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct HistoryPage {
    /// The changes, newest first.
    items: Vec<Entry>,
    /// The cursor of the next page; null at the end.
    #[schema(examples("1772355600000#0190b5d8-7c1e-7cc0-a000-000000000001#000001"))]
    next: Option<String>,
}

/// Lists the changes of a contact, also of one that was deleted. A change may take a moment to be listed here.
#[utoipa::path(
    get,
    path = "/v1/contacts/{id}/history",
    params(("id" = ContactId, Path, description = "The contact."), Which),
    responses(
        (status = 200, description = "One page of changes.", body = HistoryPage),
        (status = 404, description = "The team never had such a contact, or the cursor is not of this contact's history."),
        (status = 422, description = "A parameter that is unknown or wrong."),
    )
)]
async fn handle(State(app): State<App>, member: Member, Path(id): Path<ContactId>, Query(which): Query<Which>) -> Result<Json<HistoryPage>, Error> {
    if !(1..=MAX_PAGE_SIZE).contains(&which.page_size) {
        return Err(Error::parameter("pageSize", format!("1 to {MAX_PAGE_SIZE}")));
    }
    let after = which.cursor.as_deref().map(position);
    if let Some(position) = &after
        && !app.store.has_change(&member.team, id, position).await?
    {
        return Err(Error::NotFoundIn { field: "cursor" });
    }
    let is_first = after.is_none();
    let (items, next) = app.store.list_history(&member.team, id, after, which.page_size).await?;
    if is_first && items.is_empty() {
        app.store.get_contact(&member.team, id).await?;
    }
    Ok(Json(HistoryPage { items, next: next.as_deref().map(cursor) }))
}

/// A position in the log as it can stand in a link: `#` would end the link.
fn cursor(position: &str) -> String {
    position.replace('#', ".")
}

fn position(cursor: &str) -> String {
    cursor.replace('.', "#")
}

#[cfg(test)]
mod tests {
    use super::route;
    use http::StatusCode;
    use serde_json::{Value, json};
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn each_change_tells_who_when_and_each_fields_old_and_new_value() {
        let test = TestApp::start().await;
        let zoe = test.contact("demo", a_contact().named("Zoë")).await;
        let zoe = test.change(&zoe, "company", "X").await;
        test.change(&zoe, "company", "Y").await;
        let viewer = test.member("demo", &[]).await;
        let page = |query: &str| Call::get(&format!("/v1/contacts/{}/history{query}", zoe.id)).by(&viewer);
        let all = test.call(route(), page("")).await;
        let events: Vec<&Value> = all.json["items"].as_array().expect("items").iter().map(|entry| &entry["event"]).collect();
        assert_eq!(events, ["updated", "updated", "created"]);
        assert_eq!(all.json["items"][0]["changes"], json!([{"field": "company", "old": "X", "new": "Y"}]));
        assert_eq!(all.json["items"][0]["author"]["source"], "member");
        let first = test.call(route(), page("?pageSize=2")).await;
        let next = first.json["next"].as_str().expect("there is more");
        let second = test.call(route(), page(&format!("?pageSize=2&cursor={next}"))).await;
        assert_eq!((second.json["items"].as_array().map(Vec::len), &second.json["next"]), (Some(1), &Value::Null));
    }

    #[tokio::test]
    async fn another_teams_contact_or_cursor_is_answered_like_none() {
        let test = TestApp::start().await;
        let (own, foreign) = (test.contact("demo", a_contact()).await, test.contact("other", a_contact()).await);
        let (viewer, other) = (test.member("demo", &[]).await, test.member("other", &[]).await);
        let path = |id, query: &str| format!("/v1/contacts/{id}/history{query}");
        let theirs = test.call(route(), Call::get(&path(foreign.id, "")).by(&viewer)).await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND);
        let changed = test.change(&foreign, "company", "X").await;
        test.change(&changed, "company", "Y").await;
        let page = test.call(route(), Call::get(&path(foreign.id, "?pageSize=1")).by(&other)).await;
        let cursor = page.json["next"].as_str().expect("there is more");
        let with_theirs = test.call(route(), Call::get(&path(own.id, &format!("?cursor={cursor}"))).by(&viewer)).await;
        let with_nobodys = test.call(route(), Call::get(&path(own.id, "?cursor=0000000000001.x")).by(&viewer)).await;
        assert_eq!((with_theirs.status, &with_theirs.json), (StatusCode::NOT_FOUND, &with_nobodys.json));
    }
}
