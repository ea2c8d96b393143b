//! The Big List of Naughty Strings on every page that the portal has, wherever a page shows a text, also those that no visit brings there.

use crate::{
    pages::{EnterCodePage, Frame, HomePage, LinkPage, Message, SettingsPage, ShownSession, SignInPage, details},
    stage::{Stage, id},
};
use app::portal::SignedIn;
use domain::{contact::Profile, field::Field};

const ZOE: &str = "zoe@x.example";

fn naughty() -> Vec<String> {
    let strings = include_str!("../../../shared/domain/tests/data/blns/blns.json");
    serde_json::from_str(strings).expect("a list of texts")
}

/// Every page, with this text wherever a page shows what somebody typed or is called.
fn pages(text: &str, signed_in: &SignedIn) -> Vec<String> {
    let frame = || Frame { team: Some(id("demo")), name: text.to_owned() };
    let (said, token) = (|| Some(text.to_owned()), || "0".repeat(64));
    let mut profile = Profile::default();
    for field in [Field::FirstName, Field::LastName, Field::Company, Field::Job, Field::Division] {
        // What no field takes is shown nowhere; the name and the company take nearly all.
        profile.set(field, &text.into()).ok();
    }
    let rows = || [details(&profile), vec![("Phone", text.to_owned())]].concat();
    let session = || ShownSession::of(&signed_in.session, signed_in);
    let providers = vec![("oidc", text.to_owned())];
    let pages: [&dyn askama::DynTemplate; 8] = [
        &SignInPage { frame: frame(), token: token(), email: text.to_owned(), problem: said(), notice: said(), tone: "warn", providers },
        &EnterCodePage {
            frame: frame(),
            token: token(),
            shown: text.to_owned(),
            problem: said(),
            notice: said(),
            again: "/portal/demo/code".to_owned(),
            email: said(),
            wait: 60,
            wait_in_words: "60 seconds".to_owned(),
        },
        &EnterCodePage {
            frame: frame(),
            token: token(),
            shown: text.to_owned(),
            problem: None,
            notice: said(),
            again: "/portal/demo/code".to_owned(),
            email: None,
            wait: 0,
            wait_in_words: String::new(),
        },
        &LinkPage { frame: frame(), token: token(), link: "x".to_owned(), masked: text.to_owned(), notice: said() },
        &Message { frame: frame(), title: text, text, next: Some(("/portal/demo".to_owned(), text)) },
        &HomePage { frame: frame(), here: "home", token: token(), name: text.to_owned(), details: rows(), session: session() },
        &SettingsPage { frame: frame(), here: "settings", token: token(), details: rows(), sessions: vec![session()], identities: Vec::new() },
        &Message { frame: Frame { team: None, name: text.to_owned() }, title: text, text, next: None },
    ];
    pages.iter().map(|page| page.dyn_render().expect("rendered")).collect()
}

/// What of a page is markup: everything in which a text could become more than a text.
fn markup(page: &str) -> [usize; 3] {
    ["<", ">", "\""].map(|mark| page.matches(mark).count())
}

#[tokio::test]
async fn no_naughty_string_is_ever_markup() {
    let stage = Stage::open().await;
    stage.contact(ZOE).await;
    let browser = stage.signed_in(ZOE).await;
    let token = app::portal::ContactToken::parse(&browser.jar["__Host-kdesk.demo"]).expect("a token");
    let signed_in = stage.test.app.signed_in(&id("demo"), &token, app::portal::Visit::Look).await.expect("signed in");
    let strings = naughty();
    assert_eq!(strings.len(), 515);
    for text in strings {
        // The same with nothing in it that HTML knows, so that the same lines are there.
        let plain: String = text.chars().map(|c| if c.is_ascii_punctuation() { 'x' } else { c }).collect();
        for (page, harmless) in pages(&text, &signed_in).iter().zip(pages(&plain, &signed_in)) {
            assert_eq!(markup(page), markup(&harmless), "{text:?}: {page}");
        }
    }
}
