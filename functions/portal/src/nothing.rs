//! `GET /portal/{path+}`: whoever asks for a page that is not there, or opens a form's address, is shown the way to the sign-in page.

use crate::failure::Failure;
use app::{App, Route};
use axum::{extract::State, response::Response};
use http::{Method, Uri};

/// The route.
pub fn route() -> Route {
    Route::portal("portal-nothing", Method::GET, "/portal/{path+}", handle).with_everything_below(&["/portal"])
}

async fn handle(State(_): State<App>, uri: Uri) -> Result<Response, Failure> {
    // The first part is a team's name if it can be one; whether there is such a team is not looked up.
    let team = uri.path().split('/').nth(2).and_then(|team| team.parse().ok());
    Err(Failure::Nothing(team))
}

#[cfg(test)]
mod tests {
    use super::route;
    use crate::stage::Stage;
    use http::StatusCode;
    use testing::Call;

    #[tokio::test]
    async fn what_is_not_there_is_said_on_a_page_that_leads_on() {
        let stage = Stage::open().await;
        for (path, leads) in
            [("/portal/demo/", true), ("/portal/demo/code", true), ("/portal/demo/a/b/c", true), ("/portal", false), ("/portal/N%20O/x", false)]
        {
            let answer = stage.test.call(route(), Call::get(path)).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(
                answer.text().contains("There is nothing here") && answer.header("content-security-policy").contains("frame-ancestors 'none'"),
                "{path}"
            );
            assert_eq!(answer.text().contains("href=\"/portal/demo\""), leads, "{path}");
        }
        let of = async |team: &str| stage.test.call(route(), Call::get(&format!("/portal/{team}/x"))).await.text();
        assert_eq!(of("demo").await.replace("demo", "never-was"), of("never-was").await, "nothing tells which teams there are");
    }
}
