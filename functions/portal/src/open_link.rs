//! `GET /portal/{team}/link/{token}`: whoever opens a contact's own link is led to an address without the token. Nothing is written.

use crate::{
    extract::{LinkToken, Portal},
    failure::Failure,
    pages::{see_other, with_cookies},
};
use app::{App, Route, portal::cookies::Cookie};
use axum::{extract::State, response::Response};
use http::Method;

/// The route.
pub fn route() -> Route {
    Route::portal("portal-open-link", Method::GET, "/portal/{team}/link/{token}", handle)
}

async fn handle(State(app): State<App>, portal: Portal, LinkToken(token): LinkToken) -> Result<Response, Failure> {
    if app.find_linked(&portal.team, &token).await?.is_none() {
        return Err(Failure::NoLink(portal.frame()));
    }
    let team = portal.team;
    Ok(with_cookies(see_other(&format!("/portal/{team}/link")), [Cookie::Link.set(&team, &token)]))
}

#[cfg(test)]
mod tests {
    use crate::stage::{Stage, id};
    use domain::{contact::Contact, portal::LINK_SECONDS, team::Permission};
    use http::StatusCode;
    use testing::{Call, a_contact};

    const ZOE: &str = "zoe@x.example";

    /// What somebody with a link learns by typing an address, in the link's browser and in another, before or after the link's button is pressed.
    async fn told(guess: &str, order: [&str; 4]) -> Vec<String> {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        let path = stage.link(&zoe).await;
        let (mut holder, mut other) = (stage.browser(), stage.browser());
        holder.get(&path).await;
        let mut told = Vec::new();
        for step in order {
            let is_link = step == "link";
            let browsers = if is_link { vec![&mut holder] } else { vec![&mut holder, &mut other] };
            for browser in browsers {
                browser.get(if is_link { "/link" } else { "" }).await;
                let (to, fields) = if is_link { (format!("{path}/code"), vec![]) } else { ("/code".to_owned(), vec![("email", guess)]) };
                let answer = browser.post(&to, &fields).await;
                let page = browser.get("/verify").await;
                for answer in [answer, page] {
                    let text = answer.text().replace(&browser.token, "").replace(guess, "<guess>").replace(&path, "<link>");
                    told.push(format!("{} {} {text}", answer.status, answer.header("location")));
                }
            }
            stage.test.clock_forward(30).await;
        }
        told
    }

    #[tokio::test]
    async fn who_holds_a_link_cannot_find_out_by_guessing_which_address_it_masks() {
        for order in [["link", "guess", "link", "guess"], ["guess", "link", "guess", "link"]] {
            let (right, wrong) = (told(ZOE, order).await, told("zack@xyz.example", order).await);
            assert!(right.iter().any(|told| told.starts_with("429")) && right.iter().any(|told| told.starts_with("303")), "{right:?}");
            for (right, wrong) in right.iter().zip(&wrong) {
                assert_eq!(right, wrong);
            }
        }
    }

    #[tokio::test]
    async fn by_typing_and_by_link_together_an_address_gets_five_codes_an_hour_and_twenty_a_day() {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        let path = stage.link(&zoe).await;
        for hour in 0..24 {
            let presses = if hour < 5 { 4 } else { 1 };
            for _ in 0..presses {
                stage.browser().ask(ZOE).await;
                let mut holder = stage.browser();
                holder.get(&path).await;
                holder.get("/link").await;
                holder.post(&format!("{path}/code"), &[]).await;
                stage.test.clock_forward(61).await;
            }
            assert!(stage.codes().await.len() <= 5 * (hour + 1));
            stage.test.clock_forward(3_600 - presses * 61).await;
        }
        assert_eq!(stage.codes().await.len(), 20);
    }

    /// Makes a contact's link as a member does; the path below the team's portal.
    async fn link(stage: &Stage, contact: &Contact) -> String {
        let editor = stage.test.member("demo", &[Permission::ModifyContacts]).await;
        let answer = stage.test.call(crate::make_link::route(), Call::post(&format!("/v1/contacts/{}/portal-link", contact.id)).by(&editor)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        let url = answer.json["url"].as_str().expect("a link").to_owned();
        url.strip_prefix("https://portal.example/portal/demo").expect("at the portal's own address").to_owned()
    }

    #[tokio::test]
    async fn a_link_leads_to_a_button_and_the_code_still_goes_to_the_contact() {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        let path = link(&stage, &zoe).await;
        let mut browser = stage.browser();
        let opened = browser.get(&path).await;
        assert_eq!((opened.status, opened.header("location")), (StatusCode::SEE_OTHER, "/portal/demo/link".to_owned()));
        let page = browser.get("/link").await;
        assert!(page.text().contains("z•••@x•••.example") && !page.text().contains(ZOE), "{}", page.text());
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        let asked = browser.post(&format!("{path}/code"), &[]).await;
        assert_eq!((asked.status, asked.header("location")), (StatusCode::SEE_OTHER, "/portal/demo/verify".to_owned()));
        assert!(!browser.get("/verify").await.text().contains(ZOE), "still masked");
        let codes = stage.codes().await;
        assert_eq!((codes.len(), codes[0].to.as_str()), (1, ZOE));
        assert_eq!(browser.enter(&codes[0].code).await.status, StatusCode::SEE_OTHER);
    }

    #[tokio::test]
    async fn opening_a_link_two_hundred_times_sends_and_changes_nothing() {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        let path = link(&stage, &zoe).await;
        let before = stage.test.everything().await;
        for _ in 0..100 {
            let mut browser = stage.browser();
            assert_eq!(browser.head(&path).await.status, StatusCode::SEE_OTHER);
            browser.get(&path).await;
            assert_eq!(browser.get("/link").await.status, StatusCode::OK);
        }
        assert_eq!((stage.tasks().await.len(), stage.test.everything().await), (0, before));
    }

    #[tokio::test]
    async fn twenty_presses_of_the_button_send_one_mail() {
        let stage = Stage::open().await;
        let zoe = stage.contact(ZOE).await;
        let path = link(&stage, &zoe).await;
        for _ in 0..20 {
            let mut browser = stage.browser();
            browser.get(&path).await;
            browser.get("/link").await;
            let answer = browser.post(&format!("{path}/code"), &[]).await;
            assert!([StatusCode::SEE_OTHER, StatusCode::TOO_MANY_REQUESTS].contains(&answer.status), "{}", answer.text());
        }
        assert_eq!(stage.codes().await.len(), 1);
    }

    #[tokio::test]
    async fn a_link_that_is_incomplete_expired_revoked_replaced_or_foreign_asks_for_a_fresh_one() {
        let stage = Stage::open().await;
        let (zoe, theirs) = (stage.contact(ZOE).await, stage.contact_in("other", a_contact().emailed(ZOE)).await);
        let editor = stage.test.member("demo", &[Permission::ModifyContacts]).await;
        let replaced = link(&stage, &zoe).await;
        let path = link(&stage, &zoe).await;
        let foreign =
            stage.test.app.make_link(&app::portal::Origin("https://portal.example".to_owned()), &id("other"), theirs.id).await.expect("made");
        let foreign = foreign.strip_prefix("https://portal.example/portal/other").expect("at the portal").to_owned();
        let dead = |path: String| {
            let stage = &stage;
            async move {
                let answer = stage.browser().get(&path).await;
                assert!(answer.text().contains("This link does not work") && answer.text().contains("fresh link"), "{path}: {}", answer.text());
                answer.status
            }
        };
        let incomplete = path[..path.len() - 1].to_owned();
        for path in [incomplete, replaced, foreign, "/link/x".to_owned()] {
            assert_eq!(dead(path).await, StatusCode::NOT_FOUND);
        }
        assert_eq!(stage.browser().get("/link").await.status, StatusCode::NOT_FOUND, "nobody came by a link");
        assert_eq!(stage.browser().get(&path).await.status, StatusCode::SEE_OTHER);
        let revoke = Call::delete(&format!("/v1/contacts/{}/portal-link", zoe.id)).by(&editor);
        assert_eq!(stage.test.call(crate::revoke_link::route(), revoke).await.status, StatusCode::NO_CONTENT);
        assert_eq!(dead(path).await, StatusCode::NOT_FOUND);
        let path = link(&stage, &zoe).await;
        stage.test.clock_forward(LINK_SECONDS.unsigned_abs()).await;
        assert_eq!(dead(path).await, StatusCode::NOT_FOUND, "a year later");
    }

    #[tokio::test]
    async fn a_contact_without_an_address_is_told_so() {
        let stage = Stage::open().await;
        let nobody = stage.contact_in("demo", a_contact()).await;
        let path = link(&stage, &nobody).await;
        let mut browser = stage.browser();
        browser.get(&path).await;
        assert!(browser.get("/link").await.text().contains("no email address of yours"));
    }
}
