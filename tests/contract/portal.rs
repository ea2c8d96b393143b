//! What came with the portal: attempts, limits, sessions, links, identities, visits to providers, refusals and mail.

use super::stand::{Stand, stands};
use app::{
    random,
    store::{Attempt, Link, LinkedIdentity, MailStage, Session, SignIn, SignInRefusal, SignedIn, SsoFlow, Taken, keys},
};
use domain::{
    contact::Contact,
    email::Email,
    general::General,
    history::{Author, Entry, Event, PortalNote, Source},
    mail::{MailProblem, MailProblemKind},
    portal::{AskedBy, CODE_SECONDS, FAILURE_SECONDS, MAX_FAILURES, MAX_FAILURES_IN_A_ROW, MAX_TRIES, SESSION_SECONDS, Way},
    sso::{FLOW_SECONDS, Sso},
    team::{Communication, Member},
};
use serde_json::json;
use uuid::Uuid;

const NOW: i64 = 1_772_355_600;

fn attempt() -> Attempt {
    Attempt {
        address: "ann@x.example".to_owned(),
        shown: "Ann@x.example".to_owned(),
        by_link: false,
        contact: None,
        key: "a key's name".to_owned(),
        tries: 0,
        asked_at: NOW,
        expires_at: NOW + CODE_SECONDS,
        used_by: None,
        tried_by: None,
    }
}

fn session(id: &str) -> Session {
    let device = "Firefox on Linux".to_owned();
    Session { id: id.to_owned(), created_at: NOW, last_seen_at: NOW, expires_at: NOW + SESSION_SECONDS, device, way: Way::Code }
}

fn entry(stand: &Stand, contact: &Contact, event: Event) -> Entry {
    Entry {
        contact: contact.id,
        version: contact.version,
        at: app::clock::timestamp(stand.tick()),
        event,
        author: Author { source: Source::Portal, member: None, job: None },
        changes: Vec::new(),
        portal: Some(PortalNote { way: Way::Code, device: Some("Firefox on Linux".to_owned()), reason: None }),
    }
}

async fn events(stand: &Stand, contact: &Contact) -> Vec<Event> {
    let entries = stand.store.list_history(&stand.team, contact.id, None, 50).await.unwrap().0;
    entries.into_iter().map(|entry| entry.event).collect()
}

on_every_engine! {
    async fn an_attempt_has_five_tries_and_each_is_spent_once(stand: &Stand) {
        let (store, team) = (&stand.store, &stand.team);
        let spend = |id: &'static str, by: Uuid, now: i64| store.spend_try(team, id, by, now);
        assert_eq!(store.find_attempt(team, "a").await.unwrap(), None);
        store.add_attempt(team, "a", &attempt()).await.unwrap();
        store.add_attempt(team, "a", &attempt()).await.unwrap();
        assert_eq!(store.find_attempt(team, "a").await.unwrap(), Some(attempt()), "{}", stand.engine);
        assert_eq!(store.find_attempt(&"other".parse().unwrap(), "a").await.unwrap(), None);
        let first = random::uuid();
        for _ in 0..3 {
            let found = spend("a", first, NOW).await.unwrap().map(|attempt| (attempt.tries, attempt.tried_by));
            assert_eq!(found, Some((1, Some(first))), "{}: a try whose reply was lost", stand.engine);
        }
        for tries in 2..=MAX_TRIES {
            assert_eq!(spend("a", random::uuid(), NOW + CODE_SECONDS - 1).await.unwrap().map(|attempt| attempt.tries), Some(tries));
        }
        assert_eq!(spend("a", random::uuid(), NOW).await.unwrap(), None, "{}: a sixth", stand.engine);
        store.add_attempt(team, "old", &attempt()).await.unwrap();
        assert_eq!(spend("old", random::uuid(), NOW + CODE_SECONDS).await.unwrap(), None);
        assert_eq!(spend("never was", random::uuid(), NOW).await.unwrap(), None);
    }

    async fn of_twenty_tries_at_once_five_are_spent(stand: &Stand) {
        stand.store.add_attempt(&stand.team, "a", &attempt()).await.unwrap();
        let tries = (0..20).map(|_| stand.store.spend_try(&stand.team, "a", random::uuid(), NOW));
        let spent = futures::future::try_join_all(tries).await.unwrap().into_iter().flatten().count();
        assert_eq!(spent, MAX_TRIES as usize, "{}", stand.engine);
    }

    async fn an_attempt_that_was_ended_stays_ended(stand: &Stand) {
        let (store, team, ann) = (&stand.store, &stand.team, random::contact_id());
        store.add_attempt(team, "a", &attempt()).await.unwrap();
        store.save_attempt_contact(team, "a", Some(ann)).await.unwrap();
        assert_eq!(store.find_attempt(team, "a").await.unwrap().unwrap().contact, Some(ann), "{}", stand.engine);
        store.remove_attempt(team, "a").await.unwrap();
        store.save_attempt_contact(team, "a", Some(ann)).await.unwrap();
        assert_eq!(store.find_attempt(team, "a").await.unwrap(), None, "{}", stand.engine);
    }

    async fn a_sign_in_is_one_transaction_on_the_contact_that_was_read(stand: &Stand) {
        let (store, team) = (&stand.store, &stand.team);
        let ann = stand.create(&json!({"firstName": "Ann", "primaryEmail": "ann@x.example"})).await;
        store.add_attempt(team, "a", &attempt()).await.unwrap();
        let (first, second, told) = (session("first"), session("second"), entry(stand, &ann, Event::SignedIn));
        let sign_in = |session, attempt| SignIn { contact: &ann, session, attempt, entry: &told };
        let (by, other) = (random::uuid(), random::uuid());
        for _ in 0..2 {
            let signed_in = store.sign_in(team, &sign_in(&first, Some("a")), by, NOW).await.unwrap();
            assert_eq!(signed_in, SignedIn::Done, "{}: also when the reply was lost", stand.engine);
        }
        assert_eq!(store.sign_in(team, &sign_in(&second, Some("a")), other, NOW).await.unwrap(), SignedIn::CodeGone, "{}", stand.engine);
        assert_eq!(store.spend_try(team, "a", random::uuid(), NOW).await.unwrap(), None, "a code that was used");
        assert_eq!(store.list_sessions(team, ann.id).await.unwrap(), std::slice::from_ref(&first));
        assert_eq!(store.get_contact(team, ann.id).await.unwrap().last_sign_in_at, Some(told.at));
        assert_eq!(events(stand, &ann).await, [Event::SignedIn, Event::Created], "{}: noted once", stand.engine);
        let fed = store.list_changes(team, keys::shard(ann.id), 0).await.unwrap().changes;
        assert_eq!(fed.len(), 1, "{}: the directory passes over it", stand.engine);
        assert_eq!(store.sign_in(team, &sign_in(&second, None), other, NOW).await.unwrap(), SignedIn::Done);
        let edited = stand.write(stand.update(&ann, &json!({"firstName": "Anna", "primaryEmail": "ann@x.example"}))).await;
        store.add_attempt(team, "b", &attempt()).await.unwrap();
        let third = session("third");
        let stale = store.sign_in(team, &sign_in(&third, Some("b")), random::uuid(), NOW).await.unwrap();
        assert_eq!(stale, SignedIn::ContactChanged, "{}", stand.engine);
        assert_eq!(store.find_attempt(team, "b").await.unwrap(), Some(attempt()), "nothing of it was written");
        let late = SignIn { contact: &edited, session: &third, attempt: Some("b"), entry: &told };
        assert_eq!(store.sign_in(team, &late, random::uuid(), NOW + CODE_SECONDS).await.unwrap(), SignedIn::CodeGone);
        assert_eq!(store.list_sessions(team, ann.id).await.unwrap().len(), 2);
    }

    async fn a_code_lets_one_of_two_browsers_in(stand: &Stand) {
        let (store, team) = (&stand.store, &stand.team);
        let ann = stand.create(&json!({"firstName": "Ann", "primaryEmail": "ann@x.example"})).await;
        store.add_attempt(team, "a", &attempt()).await.unwrap();
        let (one, other, told) = (session("one"), session("other"), entry(stand, &ann, Event::SignedIn));
        let [one, other] = [&one, &other].map(|session| SignIn { contact: &ann, session, attempt: Some("a"), entry: &told });
        let (one, other) = futures::try_join!(store.sign_in(team, &one, random::uuid(), NOW), store.sign_in(team, &other, random::uuid(), NOW)).unwrap();
        assert!([one, other].contains(&SignedIn::Done) && [one, other].contains(&SignedIn::CodeGone), "{}: {one:?} {other:?}", stand.engine);
        assert_eq!(store.list_sessions(team, ann.id).await.unwrap().len(), 1);
    }

    async fn a_session_is_read_with_all_that_it_stands_on(stand: &Stand) {
        let (store, team) = (&stand.store, &stand.team);
        let ann = stand.create(&json!({"firstName": "Ann"})).await;
        let (one, told) = (session("one"), entry(stand, &ann, Event::SignedIn));
        store.sign_in(team, &SignIn { contact: &ann, session: &one, attempt: None, entry: &told }, random::uuid(), NOW).await.unwrap();
        let standing = store.find_standing(team, ann.id, "one").await.unwrap();
        assert_eq!(standing.session, Some(one.clone()), "{}", stand.engine);
        assert_eq!(standing.contact.map(|contact| contact.id), Some(ann.id));
        assert_eq!((standing.communication, standing.general), (Communication::default(), General::of(team)));
        let open = Communication { portal: true, ..Communication::default() };
        let named = General { name: "Example GmbH".parse().unwrap(), time_zone: "Europe/Berlin".parse().unwrap() };
        store.save_communication(team, &open).await.unwrap();
        store.save_general(team, &named).await.unwrap();
        store.save_session_seen(team, ann.id, "one", NOW + 7).await.unwrap();
        let standing = store.find_standing(team, ann.id, "one").await.unwrap();
        assert_eq!((standing.session.map(|session| session.last_seen_at), standing.communication, standing.general), (Some(NOW + 7), open, named));
        let foreign = store.find_standing(&"other".parse().unwrap(), ann.id, "one").await.unwrap();
        assert!(foreign.session.is_none() && foreign.contact.is_none(), "{}", stand.engine);
        store.remove_session(team, ann.id, "one").await.unwrap();
        store.remove_session(team, ann.id, "one").await.unwrap();
        store.save_session_seen(team, ann.id, "one", NOW + 8).await.unwrap();
        assert_eq!(store.find_standing(team, ann.id, "one").await.unwrap().session, None, "{}: what was ended stays ended", stand.engine);
        assert_eq!(store.list_sessions(team, ann.id).await.unwrap(), []);
    }

    async fn sends_to_one_subject_are_counted_until_its_windows_are_full(stand: &Stand) {
        let send = |subject: &'static str, now: i64| stand.store.count_send(&stand.team, subject, AskedBy::Address, now);
        assert_eq!(send("a", NOW).await.unwrap(), Ok(()));
        assert_eq!(send("a", NOW + 59).await.unwrap(), Err(NOW + 60), "{}", stand.engine);
        assert_eq!(send("b", NOW + 59).await.unwrap(), Ok(()));
        for minute in 1..3 {
            assert_eq!(send("a", NOW + minute * 60).await.unwrap(), Ok(()));
        }
        assert_eq!(send("a", NOW + 300).await.unwrap(), Err(NOW + 3_600), "{}", stand.engine);
        stand.store.clear_sends(&stand.team, "a").await.unwrap();
        assert_eq!(send("a", NOW + 300).await.unwrap(), Ok(()));
        let at_once = futures::future::try_join_all((0..10).map(|_| send("c", NOW))).await.unwrap();
        assert_eq!(at_once.iter().filter(|sent| sent.is_ok()).count(), 1, "{}: ten at once", stand.engine);
    }

    async fn a_window_counts_to_its_most_however_many_come_at_once(stand: &Stand) {
        let count = |subject: &'static str, now: i64| stand.store.count_in_window(&stand.team, subject, 5, 600, now);
        let next = (NOW / 600 + 1) * 600;
        let at_once = futures::future::try_join_all((0..20).map(|_| count("team", NOW))).await.unwrap();
        assert_eq!(at_once.iter().filter(|counted| counted.is_ok()).count(), 5, "{}", stand.engine);
        assert!(at_once.iter().all(|counted| counted.is_ok() || *counted == Err(next)), "{}: {at_once:?}", stand.engine);
        assert_eq!(count("another", NOW).await.unwrap(), Ok(()));
        assert_eq!(count("team", next).await.unwrap(), Ok(()), "{}: the next window", stand.engine);
        let elsewhere = stand.store.count_in_window(&"other".parse().unwrap(), "team", 5, 600, NOW).await.unwrap();
        assert_eq!(elsewhere, Ok(()), "{}: no team takes from another", stand.engine);
    }

    async fn turns_are_so_far_apart_and_each_is_given_once(stand: &Stand) {
        let take = |subject: &'static str, now: i64| stand.store.take_turn(&stand.team, subject, 60, now);
        assert_eq!(take("mail", NOW).await.unwrap(), NOW, "{}", stand.engine);
        let mut at_once = futures::future::try_join_all((0..4).map(|_| take("mail", NOW + 1))).await.unwrap();
        at_once.sort_unstable();
        assert_eq!(at_once, [NOW + 60, NOW + 120, NOW + 180, NOW + 240], "{}", stand.engine);
        assert_eq!(take("mail", NOW + 301).await.unwrap(), NOW + 301, "{}: all are over", stand.engine);
        assert_eq!(take("other", NOW).await.unwrap(), NOW);
        let elsewhere = stand.store.take_turn(&"other".parse().unwrap(), "mail", 60, NOW + 1).await.unwrap();
        assert_eq!(elsewhere, NOW + 1, "{}: no team takes from another", stand.engine);
    }

    async fn failures_are_counted_once_each_and_forgotten_after_a_day_without_one(stand: &Stand) {
        let fail = |address: &'static str, by: Uuid, now: i64| stand.store.count_failure(&stand.team, address, by, now);
        for _ in 0..MAX_FAILURES - 1 {
            assert!(fail("a", random::uuid(), NOW).await.unwrap());
        }
        let last = random::uuid();
        assert!(fail("a", last, NOW).await.unwrap() && fail("a", last, NOW).await.unwrap(), "{}: a try whose reply was lost", stand.engine);
        assert!(!fail("a", random::uuid(), NOW + FAILURE_SECONDS - 1).await.unwrap(), "{}", stand.engine);
        assert!(fail("b", random::uuid(), NOW).await.unwrap());
        assert!(fail("a", random::uuid(), NOW + FAILURE_SECONDS).await.unwrap(), "{}: a day later", stand.engine);
        stand.store.clear_failures(&stand.team, "a").await.unwrap();
        assert!(fail("a", random::uuid(), NOW).await.unwrap());
        let at_once = futures::future::try_join_all((0..MAX_FAILURES + 10).map(|_| fail("c", random::uuid(), NOW))).await.unwrap();
        assert_eq!(at_once.iter().filter(|counted| **counted).count(), MAX_FAILURES as usize, "{}", stand.engine);
    }

    async fn a_hundred_failures_in_a_row_stop_for_good_until_they_are_cleared(stand: &Stand) {
        let fail = |now: i64| stand.store.count_failure(&stand.team, "a", random::uuid(), now);
        let mut now = NOW;
        for failures in 0..MAX_FAILURES_IN_A_ROW {
            if failures > 0 && failures.is_multiple_of(MAX_FAILURES) {
                assert!(!fail(now).await.unwrap(), "{}: the day's are used up", stand.engine);
                now += FAILURE_SECONDS;
            }
            assert!(fail(now).await.unwrap(), "{}: {failures}", stand.engine);
        }
        for days in 1..4 {
            assert!(!fail(now + days * FAILURE_SECONDS).await.unwrap(), "{}", stand.engine);
        }
        stand.store.clear_failures(&stand.team, "a").await.unwrap();
        assert!(fail(now).await.unwrap());
    }

    async fn a_contact_has_one_link(stand: &Stand) {
        let (store, team, ann) = (&stand.store, &stand.team, random::contact_id());
        let link = |hash: &str| Link { hash: hash.to_owned(), expires_at: NOW };
        assert_eq!(store.find_link(team, ann).await.unwrap(), None);
        for hash in ["one", "two"] {
            store.save_link(team, ann, &link(hash)).await.unwrap();
            assert_eq!(store.find_link(team, ann).await.unwrap(), Some(link(hash)), "{}", stand.engine);
        }
        assert_eq!(store.find_link(&"other".parse().unwrap(), ann).await.unwrap(), None);
        store.remove_link(team, ann).await.unwrap();
        store.remove_link(team, ann).await.unwrap();
        assert_eq!(store.find_link(team, ann).await.unwrap(), None, "{}", stand.engine);
    }

    async fn an_identity_is_one_contacts(stand: &Stand) {
        let (store, team, ann, bob) = (&stand.store, &stand.team, random::contact_id(), random::contact_id());
        let identity = |id: &str| LinkedIdentity { id: id.to_owned(), way: Way::Google, linked_at: NOW };
        for _ in 0..2 {
            assert!(store.link_identity(team, ann, &identity("00ff")).await.unwrap(), "{}", stand.engine);
        }
        assert!(!store.link_identity(team, bob, &identity("00ff")).await.unwrap(), "{}", stand.engine);
        assert!(store.link_identity(team, ann, &identity("11ff")).await.unwrap());
        assert_eq!(store.find_identity_holder(team, "00ff").await.unwrap(), Some(ann));
        assert_eq!(store.find_identity_holder(&"other".parse().unwrap(), "00ff").await.unwrap(), None);
        assert_eq!(store.list_identities(team, ann).await.unwrap(), [identity("00ff"), identity("11ff")]);
        assert_eq!(store.list_identities(team, bob).await.unwrap(), []);
        store.remove_identity(team, bob, "00ff").await.unwrap();
        assert_eq!(store.find_identity_holder(team, "00ff").await.unwrap(), Some(ann), "{}: not theirs to remove", stand.engine);
        store.remove_identity(team, ann, "00ff").await.unwrap();
        assert_eq!((store.find_identity_holder(team, "00ff").await.unwrap(), store.list_identities(team, ann).await.unwrap()), (None, vec![identity("11ff")]));
        assert!(store.link_identity(team, bob, &identity("00ff")).await.unwrap());
    }

    async fn a_visit_to_a_provider_is_taken_once_and_by_its_own_browser(stand: &Stand) {
        let (store, team, by) = (&stand.store, &stand.team, random::uuid());
        let flow = SsoFlow {
            way: Way::Microsoft,
            browser: "a browser".to_owned(),
            nonce: "a nonce".to_owned(),
            verifier: "a verifier".to_owned(),
            expires_at: NOW + FLOW_SECONDS,
        };
        store.add_sso_flow(team, "00", &flow).await.unwrap();
        let take = |browser: &'static str, by: Uuid, now: i64| store.take_sso_flow(team, "00", browser, by, now);
        assert_eq!(take("another", by, NOW).await.unwrap(), None, "{}", stand.engine);
        assert_eq!(take("a browser", by, NOW + FLOW_SECONDS).await.unwrap(), None, "{}", stand.engine);
        for _ in 0..2 {
            assert_eq!(take("a browser", by, NOW).await.unwrap(), Some(flow.clone()), "{}: also when the reply was lost", stand.engine);
        }
        assert_eq!(take("a browser", random::uuid(), NOW).await.unwrap(), None, "{}", stand.engine);
        assert_eq!(store.take_sso_flow(team, "never was", "a browser", by, NOW).await.unwrap(), None);
    }

    async fn refusals_are_listed_newest_first_and_one_of_the_same_name_once(stand: &Stand) {
        let (store, team, ann) = (&stand.store, &stand.team, random::contact_id());
        let refusal = |at: i64| SignInRefusal { at: app::clock::timestamp(at), way: Way::Code, reason: format!("Reason {at}.") };
        for at in [1_000, 3_000, 2_000, 3_000] {
            store.add_refusal(team, ann, &refusal(at), "a-name").await.unwrap();
        }
        store.add_refusal(team, ann, &refusal(3_000), "b-name").await.unwrap();
        let listed = store.list_refusals(team, ann, 2_000).await.unwrap();
        assert_eq!(listed, [refusal(3_000), refusal(3_000), refusal(2_000)], "{}", stand.engine);
        assert_eq!(store.list_refusals(team, random::contact_id(), 0).await.unwrap(), []);
        let ann = stand.create(&json!({"firstName": "Ann"})).await;
        let told = entry(stand, &ann, Event::SignInRefused);
        for name in ["same", "same", "another"] {
            store.add_audit_named(team, &told, name).await.unwrap();
        }
        store.add_audit(team, &told).await.unwrap();
        assert_eq!(events(stand, &ann).await.iter().filter(|event| **event == Event::SignInRefused).count(), 3, "{}", stand.engine);
    }

    async fn what_came_back_from_an_address_is_noted_whatever_the_order_and_cleared(stand: &Stand) {
        let (store, team) = (&stand.store, &stand.team);
        let (ann, bob): (Email, Email) = ("Ann@X.example".parse().unwrap(), "bob@x.example".parse().unwrap());
        let problem = |kind, at: i64| MailProblem { address: ann.clone(), kind, at: app::clock::timestamp(at) };
        let now_ms = stand.clock.now_ms();
        let (bounce, complaint) = (problem(MailProblemKind::Bounce, now_ms - 100), problem(MailProblemKind::Complaint, now_ms - 90));
        let found = async || store.find_mail_problems(team, [&ann, &bob]).await.unwrap().into_vec();
        assert_eq!(found().await, []);
        store.clear_mail_problems(team, &ann, &"test|1".parse().unwrap()).await.unwrap();
        for (problem, is_news) in [(&bounce, true), (&bounce, false), (&complaint, true), (&problem(MailProblemKind::Bounce, now_ms - 200), false)] {
            assert_eq!(store.note_mail_problem(team, problem).await.unwrap(), is_news, "{}: {problem:?}", stand.engine);
        }
        assert_eq!(found().await, [bounce.clone(), complaint], "{}", stand.engine);
        let elsewhere = store.find_mail_problems(&"other".parse().unwrap(), [&ann]).await.unwrap();
        assert!(elsewhere.is_empty(), "{}", stand.engine);
        store.clear_mail_problems(team, &"ann@x.example".parse().unwrap(), &"test|1".parse().unwrap()).await.unwrap();
        assert_eq!(found().await, []);
        assert!(!store.note_mail_problem(team, &bounce).await.unwrap(), "{}: older than the clearing", stand.engine);
        let late = problem(MailProblemKind::Bounce, now_ms + 1);
        assert!(store.note_mail_problem(team, &late).await.unwrap());
        assert_eq!(found().await, [late], "{}", stand.engine);
    }

    async fn a_mail_waits_and_goes(stand: &Stand) {
        let (store, team) = (&stand.store, &stand.team);
        assert_eq!(store.find_mail(team, "code-00").await.unwrap(), None);
        for stage in [MailStage::Waits, MailStage::Went] {
            store.save_mail(team, "code-00", stage).await.unwrap();
            assert_eq!(store.find_mail(team, "code-00").await.unwrap(), Some(stage), "{}", stand.engine);
        }
        assert_eq!(store.find_mail(&"other".parse().unwrap(), "code-00").await.unwrap(), None);
    }

    async fn general_and_single_sign_on_are_saved_whole(stand: &Stand) {
        let (store, team) = (&stand.store, &stand.team);
        assert_eq!((store.get_general(team).await.unwrap(), store.get_sso(team).await.unwrap()), (General::of(team), Sso::default()));
        let general = General { name: "Example GmbH".parse().unwrap(), time_zone: "Europe/Berlin".parse().unwrap() };
        store.save_general(team, &general).await.unwrap();
        assert_eq!(store.get_general(team).await.unwrap(), general, "{}", stand.engine);
        let tenant = Some("72f988bf-86f1-41af-91ab-2d7cd011db47".parse().unwrap());
        for sso in [Sso { microsoft_tenant: tenant, google_hosted_domain: Some("x.example".parse().unwrap()) }, Sso::default()] {
            store.save_sso(team, &sso).await.unwrap();
            assert_eq!(store.get_sso(team).await.unwrap(), sso, "{}", stand.engine);
        }
        let other = "other".parse().unwrap();
        assert_eq!(store.get_general(&other).await.unwrap(), General::of(&other));
    }

    async fn a_request_of_a_name_is_known_until_it_expires(stand: &Stand) {
        let store = &stand.store;
        let member: Member = store.admit_member(&stand.team, &"test|1".parse().unwrap(), "m@x.example".to_owned(), "M".to_owned()).await.unwrap();
        let taken = |expires_at: i64| Taken { id: random::uuid(), payload_sha256: "00ff".to_owned(), expires_at };
        let (first, second) = (taken(NOW + 10), taken(NOW + 20));
        assert_eq!(store.add_once(&member, "a", &first, NOW).await.unwrap(), first);
        assert_eq!(store.add_once(&member, "a", &second, NOW + 9).await.unwrap(), first, "{}", stand.engine);
        assert_eq!(store.add_once(&member, "a", &second, NOW + 10).await.unwrap(), second, "{}", stand.engine);
        assert!(!store.save_once(&member, "a", &first, &taken(NOW + 30)).await.unwrap(), "{}", stand.engine);
        let third = taken(NOW + 30);
        assert!(store.save_once(&member, "a", &second, &third).await.unwrap());
        store.remove_once(&member, "a", &second).await.unwrap();
        assert_eq!(store.add_once(&member, "a", &second, NOW).await.unwrap(), third, "{}: another's is not forgotten", stand.engine);
        store.remove_once(&member, "a", &third).await.unwrap();
        assert_eq!(store.add_once(&member, "a", &second, NOW).await.unwrap(), second);
    }
}
