//! Every access pattern of the table, as the store makes it, on the embedded engine and, when `KDESK_DYNAMODB_ENDPOINT` is set, on AWS's
//! own DynamoDB Local: the table is made from template.yaml. With `KDESK_REQUIRE_ALL=1` a missing endpoint is a failure, else it is said.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed and says where")]

#[path = "contract/largest.rs"]
mod largest;
#[path = "contract/stand.rs"]
mod stand;

use app::{
    Error, random,
    store::{Change, Consistency, Guard, Refusal, ShardCursor, Stored, Unit, keys},
};
use domain::{
    directory,
    field::Field,
    history::{Author, Event, Source},
    ids::{ContactId, JobId},
    job::{Job, State},
    team::{Communication, Permission},
};
use serde_json::json;
use stand::{Stand, profile, stands, unit};
use std::collections::{BTreeMap, BTreeSet};

macro_rules! on_every_engine {
    ($($(#[$doc:meta])* async fn $name:ident($stand:ident: &Stand) $body:block)*) => {
        $(
            $(#[$doc])*
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                async fn check($stand: &Stand) $body
                for stand in stands().await {
                    check(&stand).await;
                }
            }
        )*
    };
}

#[path = "contract/portal.rs"]
mod portal;

on_every_engine! {
    async fn members_are_admitted_listed_and_given_permissions(stand: &Stand) {
        let (store, team) = (&stand.store, &stand.team);
        let admit = async |id: &str| store.admit_member(team, &id.parse().unwrap(), format!("{id}@x.example"), id.to_owned()).await;
        let founder = admit("b|first").await.unwrap();
        assert_eq!(founder.permissions, Permission::ALL.into(), "{}", stand.engine);
        assert_eq!(admit("a|second").await.unwrap().permissions, BTreeSet::new());
        assert_eq!(admit("b|first").await.unwrap(), founder, "admitted once");
        let listed: Vec<String> = store.list_members(team).await.unwrap().into_iter().map(|member| member.id.to_string()).collect();
        assert_eq!(listed, ["a|second", "b|first"]);
        let second = "a|second".parse().unwrap();
        store.save_permissions(team, &second, &[Permission::ImportContacts].into()).await.unwrap();
        assert_eq!(store.find_member(team, &second).await.unwrap().unwrap().permissions, [Permission::ImportContacts].into());
        store.save_permissions(team, &second, &BTreeSet::new()).await.unwrap();
        assert_eq!(store.find_member(team, &second).await.unwrap().unwrap().permissions, BTreeSet::new());
        let nobody = store.save_permissions(team, &"nobody".parse().unwrap(), &BTreeSet::new()).await;
        assert!(matches!(nobody, Err(Error::NotFound)), "{nobody:?}");
        assert_eq!(store.find_member(&"other".parse().unwrap(), &second).await.unwrap(), None);
    }

    async fn what_a_team_has_once_is_saved_and_a_snapshot_is_moved_by_one_worker_only(stand: &Stand) {
        let (store, team) = (&stand.store, &stand.team);
        assert_eq!(store.get_communication(team).await.unwrap(), Communication::default());
        let open = Communication { portal: true, ..Communication::default() };
        store.save_communication(team, &open).await.unwrap();
        assert_eq!(store.get_communication(team).await.unwrap(), open);
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<BTreeMap<_, _>>();
        store.save_columns(team, &map(&[("A", "company"), ("B", "")])).await.unwrap();
        store.save_columns(team, &map(&[("A", "job")])).await.unwrap();
        assert_eq!(store.get_columns(team).await.unwrap(), map(&[("A", "job"), ("B", "")]));
        assert_eq!(store.find_snapshot(team).await.unwrap(), None);
        assert!(store.save_snapshot(team, None, "one".to_owned(), 1).await.unwrap());
        assert!(!store.save_snapshot(team, None, "other".to_owned(), 1).await.unwrap());
        let first = store.find_snapshot(team).await.unwrap();
        assert!(store.save_snapshot(team, first.as_ref(), "two".to_owned(), 2).await.unwrap());
        assert!(!store.save_snapshot(team, first.as_ref(), "late".to_owned(), 2).await.unwrap());
        assert_eq!(store.find_snapshot(team).await.unwrap().unwrap().object, "two");
    }

    async fn an_upload_is_remembered_as_the_first_jobs_until_it_expires(stand: &Stand) {
        let (first, second) = (stand.job(State::Done).id, stand.job(State::Done).id);
        let add = |job: JobId, now: i64| stand.store.add_upload(&stand.team, "00ff", job, now);
        assert_eq!(add(first, 1_000).await.unwrap(), None);
        assert_eq!(add(first, 1_001).await.unwrap(), None, "a plan made again");
        assert_eq!(add(second, 1_002).await.unwrap(), Some(first), "{}", stand.engine);
        assert_eq!(add(second, 1_001 + domain::job::UNDO_DAYS * 86_400).await.unwrap(), None);
    }

    async fn jobs_are_saved_on_the_version_read_and_listed_newest_first(stand: &Stand) {
        let (store, team) = (&stand.store, &stand.team);
        let jobs: Vec<Job> = (0..120).map(|_| stand.job(State::Done)).collect();
        for job in &jobs {
            store.add_job(job).await.unwrap();
        }
        let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let (page, next) = store.list_jobs(team, after, 50).await.unwrap();
            listed.extend(page.into_iter().map(|job| job.id));
            let Some(next) = next else { break };
            after = Some(next);
        }
        assert_eq!(listed, ids.iter().rev().copied().collect::<Vec<_>>(), "{}", stand.engine);
        let read = store.get_job(team, ids[0]).await.unwrap();
        assert!(store.save_job(read.clone()).await.unwrap().is_some());
        assert!(store.save_job(read).await.unwrap().is_none(), "somebody came between");
        assert!(store.add_job(&jobs[0]).await.is_err());
        assert!(matches!(store.get_job(&"other".parse().unwrap(), ids[0]).await, Err(Error::NotFound)));
    }

    async fn the_live_index_names_jobs_whose_heart_stopped_and_no_others(stand: &Stand) {
        let store = &stand.store;
        let (stalled, done) = (stand.job(State::Applying), stand.job(State::Done));
        let moment = stand.tick();
        let alive = stand.job(State::Planning);
        for job in [&stalled, &done, &alive] {
            store.add_job(job).await.unwrap();
        }
        let named = store.list_stalled_jobs(moment).await.unwrap();
        assert_eq!(named.iter().map(|job| job.job).collect::<Vec<_>>(), [stalled.id], "{}", stand.engine);
        assert_eq!(named[0].team, stand.team);
        store.change_job(&stand.team, stalled.id, |job| {
            job.state = State::Done;
            Ok(())
        }).await.unwrap();
        assert!(store.list_stalled_jobs(moment).await.unwrap().is_empty());
    }

    async fn a_refusal_tells_what_is_there_now_and_who_holds_what(stand: &Stand) {
        let ann = stand.create(&json!({"firstName": "Ann", "primaryEmail": "ann@x.example", "directorySyncId": "S-1"})).await;
        let edited = stand.write(stand.update(&ann, &json!({"firstName": "Anna", "primaryEmail": "ann@x.example", "directorySyncId": "S-1"}))).await;
        let free = stand.creation(&json!({"firstName": "Bob"}));
        let units = [
            stand.update(&ann, &json!({"firstName": "Late"})),
            stand.creation(&json!({"firstName": "Eve", "primaryEmail": "ANN@x.example"})),
            stand.creation(&json!({"firstName": "Eve", "directorySyncId": "S-1"})),
            free.clone(),
            stand.change(random::contact_id(), Some(Stored::Live(ann.clone())), None),
        ];
        // All in one transaction: what fails must not take the others with it.
        let results = stand.commit(units.into_iter().map(|change| unit([change])).collect()).await;
        assert_eq!(results[0], Err(Refusal::Stale { contact: ann.id, current: Some(Box::new(edited)) }), "{}", stand.engine);
        assert_eq!(results[1], Err(Refusal::Taken { field: Field::PrimaryEmail, holder: Some(ann.id) }));
        assert_eq!(results[2], Err(Refusal::Taken { field: Field::DirectorySyncId, holder: Some(ann.id) }));
        assert_eq!(results[3], Ok(()));
        assert!(matches!(results[4], Err(Refusal::Stale { current: None, .. })), "{:?}", results[4]);
        assert_eq!(stand.commit(vec![unit([free])]).await, [Ok(())], "written before, so it counts as written");
        let holders = stand.store.find_email_holders(&stand.team, &["ann@x.example".to_owned(), "nobody@x.example".to_owned()].into()).await.unwrap();
        assert_eq!(holders.into_iter().collect::<Vec<_>>(), [("ann@x.example".to_owned(), ann.id)]);
        assert_eq!(stand.store.find_sync_id_holders(&stand.team, &["S-1".to_owned()].into()).await.unwrap()["S-1"], ann.id);
    }

    async fn a_change_that_waited_too_long_to_be_found_by_searches_is_not_sent(stand: &Stand) {
        let late = stand.creation(&json!({"firstName": "Ann"}));
        stand.clock.advance(std::time::Duration::from_secs(16));
        let refused = stand.store.commit(&stand.team, &[unit([late.clone()])]).await;
        assert!(matches!(refused, Err(Error::TooMany { .. })), "{refused:?}");
        assert_eq!(stand.store.find_contact(&stand.team, late.after().unwrap().id).await.unwrap(), None);
    }

    async fn claims_move_between_contacts_of_one_unit_and_are_freed(stand: &Stand) {
        let ann = stand.create(&json!({"firstName": "Ann", "primaryEmail": "ann@x.example", "directorySyncId": "S-1"})).await;
        let bob = stand.create(&json!({"firstName": "Bob", "primaryEmail": "bob@x.example"})).await;
        let swap = [
            stand.update(&ann, &json!({"firstName": "Ann", "primaryEmail": "bob@x.example"})),
            stand.update(&bob, &json!({"firstName": "Bob", "primaryEmail": "ann@x.example", "directorySyncId": "S-1"})),
        ];
        assert_eq!(stand.commit(vec![unit(swap)]).await, [Ok(())], "{}", stand.engine);
        let emails = ["ann@x.example".to_owned(), "bob@x.example".to_owned()].into();
        let holders = stand.store.find_email_holders(&stand.team, &emails).await.unwrap();
        assert_eq!((holders["ann@x.example"], holders["bob@x.example"]), (bob.id, ann.id));
        let bob = stand.store.get_contact(&stand.team, bob.id).await.unwrap();
        assert_eq!(stand.commit(vec![unit([stand.deletion(&bob)])]).await, [Ok(())]);
        stand.create(&json!({"firstName": "Cid", "primaryEmail": "ann@x.example", "directorySyncId": "S-1"})).await;
    }

    async fn guards_are_shared_by_the_units_of_a_pack_and_refuse_what_moved(stand: &Stand) {
        let boss = stand.create(&json!({"firstName": "Boss"})).await;
        let guard = |contact: ContactId, reports_to: Option<ContactId>| vec![Guard { contact, reports_to }];
        let below = |name: &str| stand.creation(&json!({"firstName": name, "reportsToContactId": boss.id}));
        let units = ["Ann", "Bob"].map(|name| Unit { changes: vec![below(name)], guards: guard(boss.id, None) });
        let ann = units[0].changes[0].after().unwrap().clone();
        assert_eq!(stand.commit(units.into()).await, [Ok(()), Ok(())], "{}", stand.engine);
        let held = Unit { changes: vec![below("Cid")], guards: guard(ann.id, Some(boss.id)) };
        let moved = Unit { changes: vec![below("Dan")], guards: guard(ann.id, None) };
        let gone = Unit { changes: vec![below("Eve")], guards: guard(random::contact_id(), None) };
        assert_eq!(stand.commit(vec![held, moved, gone]).await, [Ok(()), Err(Refusal::Moved), Err(Refusal::Moved)]);
        // A guard on a contact that the next unit changes: it is looked at as it was before.
        let watches = Unit { changes: vec![below("Fay")], guards: guard(boss.id, None) };
        let promotion = unit([stand.update(&boss, &json!({"firstName": "Boss", "reportsToContactId": ann.id}))]);
        assert_eq!(stand.commit(vec![watches, promotion]).await, [Ok(()), Ok(())]);
        let late = Unit { changes: vec![below("Gus")], guards: guard(boss.id, None) };
        assert_eq!(stand.commit(vec![late]).await, [Err(Refusal::Moved)]);
    }

    async fn a_deleted_contact_leaves_a_tombstone_and_comes_back_as_its_next_version(stand: &Stand) {
        let (store, team) = (&stand.store, &stand.team);
        let ann = stand.create(&json!({"firstName": "Ann", "primaryEmail": "ann@x.example"})).await;
        assert_eq!(stand.commit(vec![unit([stand.deletion(&ann)])]).await, [Ok(())]);
        let gone = ann.version.next();
        assert_eq!(store.find_stored(team, ann.id).await.unwrap(), Some(Stored::Gone(gone)), "{}", stand.engine);
        assert_eq!(store.find_contact(team, ann.id).await.unwrap(), None);
        assert!(matches!(stand.commit(vec![unit([stand.deletion(&ann)])]).await[0], Err(Refusal::Stale { current: None, .. })));
        let restore = |version| stand.change(ann.id, Some(Stored::Gone(version)), Some(ann.profile.clone())).born_as(&ann);
        assert!(matches!(stand.commit(vec![unit([restore(ann.version)])]).await[0], Err(Refusal::Stale { .. })), "another deletion than the one that was read");
        let back = stand.write(restore(gone)).await;
        assert_eq!((back.version, back.created_at, &back.profile), (gone.next(), ann.created_at, &ann.profile));
        assert_eq!(store.get_contact(team, ann.id).await.unwrap(), back);
        // Time has swept the tombstone away: the contact comes back all the same.
        let bob = stand.create(&json!({"firstName": "Bob"})).await;
        stand.commit(vec![unit([stand.deletion(&bob)])]).await;
        stand.client.delete_item().table_name(&stand.table).set_key(Some(keys::contact(team, bob.id).into())).send().await.unwrap();
        let back = stand.write(stand.change(bob.id, Some(Stored::Gone(bob.version.next())), Some(bob.profile.clone()))).await;
        assert!(back.version > bob.version);
    }

    async fn the_log_is_the_history_of_a_contact_and_the_feed_of_its_shard(stand: &Stand) {
        let (store, team) = (&stand.store, &stand.team);
        let mut ann = stand.create(&json!({"firstName": "Ann"})).await;
        let since = stand.tick();
        let named = stand.update(&ann, &json!({"firstName": "Named"}));
        ann = stand.write(named).await;
        for n in 0..5 {
            ann = stand.write(stand.update(&ann, &json!({"firstName": format!("Ann {n}")}))).await;
        }
        stand.commit(vec![unit([stand.deletion(&ann)])]).await;
        let (mut entries, mut after) = (Vec::new(), None);
        loop {
            let (page, next) = store.list_history(team, ann.id, after, 3).await.unwrap();
            assert!(page.len() <= 3);
            entries.extend(page);
            let Some(next) = next else { break };
            assert!(store.has_change(team, ann.id, &next).await.unwrap());
            assert!(!store.has_change(team, random::contact_id(), &next).await.unwrap());
            after = Some(next);
        }
        let events: Vec<Event> = entries.iter().map(|entry| entry.event).collect();
        assert_eq!((events.len(), events[0], events[7]), (8, Event::Deleted, Event::Created), "{}", stand.engine);
        assert!(entries.windows(2).all(|pair| pair[0].version > pair[1].version));
        let fed = store.list_changes(team, keys::shard(ann.id), since).await.unwrap().changes;
        assert_eq!(fed.len(), 7, "everything since that moment, and nothing before");
        assert!(matches!(fed.last(), Some(directory::Change::Remove { .. })));
        let rest = (0..keys::SHARDS).filter(|&shard| shard != keys::shard(ann.id));
        for shard in rest {
            assert!(store.list_changes(team, shard, 0).await.unwrap().changes.is_empty());
        }
    }

    async fn a_commit_of_many_units_is_packed_and_each_unit_stands_for_itself(stand: &Stand) {
        let (store, team) = (&stand.store, &stand.team);
        let fields = |n: usize| json!({"firstName": format!("P {n}"), "primaryEmail": format!("p{n}@x.example"), "directorySyncId": format!("S-{n}")});
        // Four items each, so 260 units are more than one wave of transactions; every tenth wants what the one before it has.
        let wanted: Vec<usize> = (0..260).map(|n| if n % 10 == 9 { n - 1 } else { n }).collect();
        let changes: Vec<Change> = wanted.iter().map(|&n| stand.creation(&fields(n))).collect();
        let ids: BTreeSet<ContactId> = changes.iter().map(|change| change.after().unwrap().id).collect();
        let written: Vec<(ContactId, i64, String)> = Vec::new();
        assert!(store.find_written(team, &written).await.unwrap().is_empty());
        let results = stand.commit(changes.into_iter().map(|change| unit([change])).collect()).await;
        for (n, result) in results.iter().enumerate() {
            assert_eq!(result.is_err(), n % 10 == 9, "{}: unit {n}: {result:?}", stand.engine);
        }
        let stored = store.find_all_stored(team, &ids, Consistency::Strong).await.unwrap();
        assert_eq!(stored.len(), 234, "more keys than one request takes");
        let emails: BTreeSet<String> = (0..260).map(|n| format!("p{n}@x.example")).collect();
        assert_eq!(store.find_email_holders(team, &emails).await.unwrap().len(), 234);
        let mut listed = BTreeSet::new();
        for shard in 0..keys::SHARDS {
            let mut from = Some(ShardCursor::default());
            while let Some(cursor) = from {
                let (page, next) = store.list_shard(team, shard, cursor).await.unwrap();
                assert!(page.iter().all(|contact| keys::shard(contact.id) == shard));
                listed.extend(page.into_iter().map(|contact| contact.id));
                from = next;
            }
        }
        assert_eq!(listed, stored.into_keys().collect());
    }

    async fn a_change_is_found_in_the_log_by_its_name(stand: &Stand) {
        let author = Author { source: Source::Member, member: Some("test|1".parse().unwrap()), job: None };
        let (id, at_ms) = (random::contact_id(), stand.tick());
        let there = Change::new(id, None, Some(profile(&json!({"firstName": "Ann"}))), author, at_ms, "job#1".to_owned());
        stand.write(there).await;
        let asked: Vec<_> = (1..150).map(|n| (id, at_ms, format!("job#{n}"))).chain([(id, at_ms + 1, "job#1".to_owned())]).collect();
        assert_eq!(stand.store.find_written(&stand.team, &asked).await.unwrap(), ["job#1".to_owned()].into(), "{}", stand.engine);
    }

    async fn the_largest_contact_there_can_be_fits_and_many_of_them_are_written(stand: &Stand) {
        let (a, b) = (largest::profile('\u{1F600}', &stand.team), largest::profile('\u{1F601}', &stand.team));
        let first = stand.write(stand.change(random::contact_id(), None, Some(a))).await;
        let second = stand.write(stand.change(first.id, Some(Stored::Live(first.clone())), Some(b))).await;
        assert_eq!(stand.store.get_contact(&stand.team, first.id).await.unwrap(), second);
        let page = stand.client.scan().table_name(&stand.table).send().await.unwrap();
        let sizes: Vec<usize> = page.items().iter().map(largest::size).collect();
        let most = sizes.iter().max().copied().unwrap();
        println!("{}: the largest item has {} kB", stand.engine, most / 1024);
        assert!((100 << 10..350 << 10).contains(&most), "{}: {most}", stand.engine);
        // Thirty of a usual number of items have more bytes than a transaction may have.
        let notes = |n: usize| json!({"firstName": format!("Large {n}"), "notes": "漢".repeat(20_000)});
        let results = stand.commit((0..60).map(|n| unit([stand.creation(&notes(n))])).collect()).await;
        assert!(results.iter().all(Result::is_ok), "{}", stand.engine);
    }
}
