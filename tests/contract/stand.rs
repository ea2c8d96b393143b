//! The engines that the table's contract is checked on, and how a test arranges contacts and jobs there.

use app::{
    aws::WhenUsed,
    clock::Clock,
    random,
    store::{Change, Refusal, Store, Stored, Unit},
};
use aws_sdk_dynamodb::Client;
use domain::{
    contact::{Contact, Profile},
    history::{Author, Source},
    ids::{ContactId, TeamId, Version},
    job::{Chosen, Counts, Job, Review, State, Work},
};
use engines::{Data, EngineOptions, Engines, Ports};
use serde_json::Value;
use std::sync::atomic::{AtomicI64, Ordering};
use testing::LocalTable;

/// When a test begins, in milliseconds since 1970.
const NOW_MS: i64 = 1_772_355_600_000;

/// One engine with a table of its own.
pub struct Stand {
    pub engine: &'static str,
    pub clock: Clock,
    pub store: Store,
    pub client: WhenUsed<Client>,
    pub table: String,
    pub team: TeamId,
    now_ms: AtomicI64,
    _engines: Engines,
}

pub async fn stands() -> Vec<Stand> {
    let mut stands = vec![stand("embedded", None).await];
    if let Some(table) = LocalTable::create().await {
        stands.push(stand("DynamoDB Local", Some(table)).await);
    }
    stands
}

async fn stand(engine: &'static str, table: Option<LocalTable>) -> Stand {
    let options = EngineOptions { data: Data::Memory, ports: Ports::Free, template_root: testing::root() };
    let engines = Engines::start(options).await.unwrap();
    let mut settings = testing::settings(&engines);
    if let Some(table) = table {
        table.put_into(&mut settings);
    }
    let client = app::aws::clients(&settings).unwrap().dynamodb;
    let table = settings.table;
    let clock = Clock::set_by_hand(app::clock::timestamp(NOW_MS));
    let store = Store::new(client.clone(), table.clone(), clock.clone());
    Stand { engine, clock, store, client, table, team: "demo".parse().unwrap(), now_ms: AtomicI64::new(NOW_MS), _engines: engines }
}

impl Stand {
    pub fn tick(&self) -> i64 {
        self.now_ms.fetch_add(1, Ordering::SeqCst)
    }

    /// A change that a member makes by hand.
    pub fn change(&self, id: ContactId, before: Option<Stored>, after: Option<Profile>) -> Change {
        let author = Author { source: Source::Member, member: Some("test|1".parse().unwrap()), job: None };
        Change::new(id, before, after, author, self.tick(), random::uuid().to_string())
    }

    pub fn creation(&self, fields: &Value) -> Change {
        self.change(random::contact_id(), None, Some(profile(fields)))
    }

    pub async fn commit(&self, units: Vec<Unit>) -> Vec<Result<(), Refusal>> {
        self.store.commit(&self.team, &units).await.unwrap().results
    }

    pub async fn write(&self, change: Change) -> Contact {
        let after = change.after().cloned().unwrap();
        assert_eq!(self.commit(vec![unit([change])]).await, [Ok(())], "{}", self.engine);
        after
    }

    pub async fn create(&self, fields: &Value) -> Contact {
        self.write(self.creation(fields)).await
    }

    pub fn update(&self, contact: &Contact, fields: &Value) -> Change {
        self.change(contact.id, Some(Stored::Live(contact.clone())), Some(profile(fields)))
    }

    pub fn deletion(&self, contact: &Contact) -> Change {
        self.change(contact.id, Some(Stored::Live(contact.clone())), None)
    }

    pub fn job(&self, state: State) -> Job {
        let at_ms = self.tick();
        let at = app::clock::timestamp(at_ms);
        let work = Work::Export { chosen: Chosen::Ids(1) };
        let (id, member) = (random::job_id(at_ms), "test|1".parse().unwrap());
        Job {
            id,
            team: self.team.clone(),
            version: Version::FIRST,
            work,
            state,
            review: Review::Skip,
            created_by: member,
            created_at: at,
            finished_at: None,
            heartbeat_at: at,
            lease: None,
            rows: None,
            planned: Counts::default(),
            counts: Counts::default(),
            exported: 0,
            plan_parts: 0,
            applied_parts: 0,
            tries: 0,
            stamps: Vec::new(),
            problem: None,
            same_file_as: None,
            undone_by: None,
        }
    }
}

pub fn profile(fields: &Value) -> Profile {
    Profile::parse(fields.as_object().unwrap()).unwrap()
}

pub fn unit(changes: impl IntoIterator<Item = Change>) -> Unit {
    Unit { changes: changes.into_iter().collect(), guards: Vec::new() }
}
