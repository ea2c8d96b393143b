//! What must always be true of the table, whatever failed on the way.

use crate::TestApp;
use app::store::{ShardCursor, keys};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{contact::Contact, ids::TeamId};
use std::collections::{BTreeMap, BTreeSet};

impl TestApp {
    /// All contacts of a team, by id.
    pub async fn contacts(&self, team: &str) -> Vec<Contact> {
        let team: TeamId = team.parse().expect("a team");
        let mut contacts = Vec::new();
        for shard in 0..keys::SHARDS {
            let mut from = Some(ShardCursor::default());
            while let Some(cursor) = from {
                let (page, next) = self.app.store.list_shard(&team, shard, cursor).await.expect("the shard is read");
                contacts.extend(page);
                from = next;
            }
        }
        contacts.sort_by_key(|contact| contact.id);
        contacts
    }

    /// Everything that is not as it must be: a claim without its contact, a contact without its claim, two contacts with one address.
    pub async fn problems(&self, team: &str) -> Vec<String> {
        let id: TeamId = team.parse().expect("a team");
        let mut expected = BTreeMap::new();
        let mut problems = Vec::new();
        for contact in self.contacts(team).await {
            let email = contact.profile.primary_email().map(|email| keys::email_claim(&id, &email.key()).pk);
            let sync = Some(contact.profile.text(domain::field::Field::DirectorySyncId))
                .filter(|id| !id.is_empty())
                .map(|sync| keys::sync_claim(&id, sync).pk);
            for claim in email.into_iter().chain(sync) {
                if let Some(other) = expected.insert(claim.clone(), contact.id.to_string()) {
                    problems.push(format!("{claim} belongs to {other} and {}", contact.id));
                }
            }
        }
        let claims = self.claims(&id).await;
        problems.extend(
            expected
                .iter()
                .filter(|(claim, holder)| claims.get(*claim) != Some(holder))
                .map(|(claim, holder)| format!("{holder} has no claim {claim}")),
        );
        problems.extend(
            claims.iter().filter(|(claim, _)| !expected.contains_key(*claim)).map(|(claim, holder)| format!("{claim} is an orphan of {holder}")),
        );
        problems
    }

    /// Every item of the table, in a text. Only a test may look at a whole table.
    pub async fn everything(&self) -> String {
        let dynamodb = app::aws::clients(&self.app.settings).expect("the clients are made").dynamodb;
        let pages = dynamodb.scan().table_name(&self.app.settings.table).into_paginator().items().send();
        let items = pages.collect::<Result<Vec<_>, _>>().await.expect("the table is read");
        let sorted: BTreeSet<String> = items.into_iter().map(|item| written(&AttributeValue::M(item))).collect();
        sorted.into_iter().collect::<Vec<_>>().join("\n")
    }

    /// All claims of a team: partition key to holder. Only a test may look at a whole table.
    async fn claims(&self, team: &TeamId) -> BTreeMap<String, String> {
        let dynamodb = app::aws::clients(&self.app.settings).expect("the clients are made").dynamodb;
        let pages = dynamodb
            .scan()
            .table_name(&self.app.settings.table)
            .filter_expression("sk = :claim")
            .expression_attribute_values(":claim", AttributeValue::S("claim".to_owned()));
        let items = pages.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.expect("the table is read");
        let text = |item: &app::store::Item, name: &str| item.get(name).and_then(|value| value.as_s().ok().cloned()).unwrap_or_default();
        let own = |item: &&app::store::Item| text(item, "pk").starts_with(&format!("{team}#"));
        items.iter().filter(own).map(|item| (text(item, "pk"), text(item, "contact"))).collect()
    }
}

/// A value in the same words each time: maps have no order of their own.
fn written(value: &AttributeValue) -> String {
    match value {
        AttributeValue::M(map) => format!("{:?}", map.iter().map(|(name, value)| (name, written(value))).collect::<BTreeMap<_, _>>()),
        AttributeValue::L(list) => format!("{:?}", list.iter().map(written).collect::<Vec<_>>()),
        other => format!("{other:?}"),
    }
}
