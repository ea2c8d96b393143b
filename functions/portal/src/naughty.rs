//! The Big List of Naughty Strings through the portal's routes, as names that are stored and as what visitors type: each is shown as it is,
//! and no page is shaped by it.

use crate::stage::{Stage, id};
use domain::{contact::Profile, field::Field, general::General};
use http::StatusCode;

const ZOE: &str = "zoe@x.example";

fn strings() -> Vec<String> {
    let strings = include_str!("../../../shared/domain/tests/data/blns/blns.json");
    serde_json::from_str(strings).expect("a list of texts")
}

/// What gives a page its shape.
fn shape(page: &str) -> [usize; 3] {
    ["<", ">", "\""].map(|sign| page.matches(sign).count())
}

/// What a browser shows: the page without its tags, with what stands for signs as these.
fn shown(page: &str) -> String {
    let outside: String = page.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    let signs = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    signs.iter().fold(outside, |text, (written, sign)| text.replace(written, sign))
}

#[tokio::test]
async fn names_of_contacts_companies_and_teams_are_shown_as_they_are() {
    let stage = Stage::open().await;
    let mut zoe = stage.contact(ZOE).await;
    let mut browser = stage.signed_in(ZOE).await;
    let named = |name: &str| -> Option<Profile> {
        let mut profile = zoe.profile.clone();
        profile.set(Field::FirstName, &name.into()).ok()?;
        profile.set(Field::Company, &name.into()).ok()?;
        (!profile.display_name().is_empty() && !profile.text(Field::Company).is_empty()).then_some(profile)
    };
    let harmless = named("Example").expect("a profile");
    let profiles: Vec<(String, Option<Profile>)> = strings().into_iter().map(|text| (text.clone(), named(&text))).collect();
    zoe = stage.test.save(&id("demo"), &zoe, harmless.clone()).await;
    let plain = [shape(&browser.get("/home").await.text()), shape(&browser.get("/settings").await.text())];
    let (mut people, mut teams) = (0, 0);
    for (text, profile) in profiles {
        people += usize::from(profile.is_some());
        zoe = stage.test.save(&id("demo"), &zoe, profile.unwrap_or_else(|| harmless.clone())).await;
        let mut general = General::of(&id("demo"));
        if let Ok(name) = text.parse() {
            general.name = name;
            teams += 1;
        }
        stage.test.app.store.save_general(&id("demo"), &general).await.expect("saved");
        for (page, plain) in ["/home", "/settings"].into_iter().zip(&plain) {
            let answer = browser.get(page).await;
            assert_eq!((answer.status, &shape(&answer.text())), (StatusCode::OK, plain), "{page}: {text:?}");
            let shown = shown(&answer.text());
            for name in [general.name.to_string(), zoe.profile.display_name(), zoe.profile.text(Field::Company).to_owned()] {
                assert!(shown.contains(&name), "{page}: {name:?}");
            }
        }
        let manifest = browser.get("/manifest.webmanifest").await;
        assert_eq!((manifest.status, manifest.json["name"].as_str()), (StatusCode::OK, Some(general.name.to_string().as_str())), "{text:?}");
    }
    assert!(people > 500 && teams > 490, "{people} people and {teams} teams can have such a name");
}

#[tokio::test]
async fn what_is_typed_is_shown_as_text() {
    let stage = Stage::open().await;
    stage.contact(ZOE).await;
    let mut browser = stage.browser();
    browser.get("").await;
    let wrong = browser.post("/code", &[("email", "x")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text());
    let mut asking = stage.browser();
    asking.ask(ZOE).await;
    for text in strings() {
        let answer = browser.post("/code", &[("email", &text)]).await;
        if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
            assert_eq!(shape(&answer.text()), shape(&wrong.text()), "{text:?}");
        } else {
            assert!(answer.status.is_redirection() || answer.status.is_client_error(), "{text:?}: {}", answer.status);
        }
        for (path, fields) in [("/verify", [("code", text.as_str())]), ("/settings/end-session", [("session", &text)]), ("/sign-out", [("x", &text)])]
        {
            let status = asking.post(path, &fields).await.status;
            assert!(!status.is_server_error(), "{path} {text:?}: {status}");
        }
    }
}
