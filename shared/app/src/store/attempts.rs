//! Attempts to sign in: each has one code, which is stored nowhere, and counts its own tries.

use super::{Store, failed, item, keys, record, text};
use crate::Error;
use aws_sdk_dynamodb::{
    operation::{put_item::PutItemError, update_item::UpdateItemError},
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use domain::{
    ids::{ContactId, TeamId},
    portal::MAX_TRIES,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Somebody's attempt to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The address that was typed, by which addresses are compared; of a link, the contact's.
    pub address: String,
    /// The address as its browser may see it: as typed, or masked.
    pub shown: String,
    /// Whether a contact's own link led here.
    pub by_link: bool,
    /// Who it is: known from the start by a link, else as soon as the mail's function has looked the address up.
    #[serde(default, with = "somebody")]
    pub contact: Option<ContactId>,
    /// The name of the key that its code is derived with.
    pub key: String,
    /// How often the code was tried.
    pub tries: u32,
    /// When the code was asked for, in seconds since 1970.
    pub asked_at: i64,
    /// From when on the code is no longer taken, in seconds since 1970.
    pub expires_at: i64,
    /// What used the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_by: Option<Uuid>,
    /// What tried the code last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried_by: Option<Uuid>,
}

/// An attempt has one shape in the table whether anybody has its address, so that the time it takes to read tells nothing: nobody is the nil UUID
/// (RFC 9562, 5.9).
mod somebody {
    use super::{ContactId, Deserialize, Deserializer, Serialize, Serializer, Uuid};

    pub(super) const NOBODY: ContactId = ContactId::from_uuid(Uuid::nil());

    #[expect(clippy::ref_option, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(contact: &Option<ContactId>, to: S) -> Result<S::Ok, S::Error> {
        contact.unwrap_or(NOBODY).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<ContactId>, D::Error> {
        ContactId::deserialize(from).map(|contact| Some(contact).filter(|&contact| contact != NOBODY))
    }
}

impl Attempt {
    /// Whether its code can be entered at this moment.
    pub const fn is_open(&self, now: i64) -> bool {
        self.used_by.is_none() && now < self.expires_at && self.tries < MAX_TRIES
    }
}

fn number(value: impl Into<i64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

impl Store {
    /// Records an attempt under an identifier that no other has.
    pub async fn add_attempt(&self, team: &TeamId, id: &str, attempt: &Attempt) -> Result<(), Error> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item(keys::attempt(team, id), attempt)?));
        match put.condition_expression("attribute_not_exists(pk)").send().await {
            // Its identifier is 256 bits of chance: what is there was written by this very call, whose first reply was lost.
            Err(error) if matches!(error.as_service_error(), Some(PutItemError::ConditionalCheckFailedException(_))) => Ok(()),
            Err(error) => Err(failed(error)),
            Ok(_) => Ok(()),
        }
    }

    /// An attempt, also one whose time is over.
    pub async fn find_attempt(&self, team: &TeamId, id: &str) -> Result<Option<Attempt>, Error> {
        self.find_item(keys::attempt(team, id)).await?.map(record).transpose()
    }

    /// Ends an attempt: its code opens nothing any more.
    pub async fn remove_attempt(&self, team: &TeamId, id: &str) -> Result<(), Error> {
        self.client.delete_item().table_name(&self.table).set_key(Some(keys::attempt(team, id).into())).send().await.map_err(failed)?;
        Ok(())
    }

    /// Notes whom an attempt is about, or that it is about nobody: that too, so that an attempt has the same past whether anybody has its address. One
    /// that was ended meanwhile stays ended.
    pub async fn save_attempt_contact(&self, team: &TeamId, id: &str, contact: Option<ContactId>) -> Result<(), Error> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::attempt(team, id).into()))
            .update_expression("SET contact = :contact")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":contact", text(contact.unwrap_or(somebody::NOBODY).to_string()));
        match update.send().await {
            Err(error) if !matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) => Err(failed(error)),
            _ => Ok(()),
        }
    }

    /// Spends one try of an attempt; `None` when it has none left, was used, is over or never was. `by` tells this try from every other, so that
    /// one whose reply was lost is not spent twice.
    pub async fn spend_try(&self, team: &TeamId, id: &str, by: Uuid, now: i64) -> Result<Option<Attempt>, Error> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::attempt(team, id).into()))
            .update_expression("SET tries = tries + :one, tried_by = :by")
            .condition_expression(
                "tries < :most AND expires_at > :now AND attribute_not_exists(used_by) AND (attribute_not_exists(tried_by) OR tried_by <> :by)",
            )
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(MAX_TRIES))
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":by", text(by.to_string()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match update.send().await {
            Ok(answer) => answer.attributes.map(record).transpose(),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(there)) => {
                    let there = there.item().cloned().map(record::<Attempt>).transpose()?;
                    Ok(there.filter(|attempt| attempt.tried_by == Some(by)))
                }
                _ => Err(failed(error)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempt, ContactId, Uuid, item, keys, record};
    use crate::store::Item;

    #[test]
    fn an_attempt_of_somebody_is_as_long_as_one_of_nobody() {
        let team = "demo".parse().expect("a team");
        let of = |contact| Attempt {
            address: "zoe@x.example".to_owned(),
            shown: "zoe@x.example".to_owned(),
            by_link: false,
            contact,
            key: "1".to_owned(),
            tries: 0,
            asked_at: 1,
            expires_at: 2,
            used_by: None,
            tried_by: None,
        };
        let stored = |attempt: &Attempt| item(keys::attempt(&team, "a"), attempt).expect("an item");
        let shape = |item: &Item| {
            let mut shape: Vec<(String, usize)> = item.iter().map(|(name, value)| (name.clone(), format!("{value:?}").len())).collect();
            shape.sort();
            shape
        };
        let (nobody, somebody) = (of(None), of(Some(ContactId::from_uuid(Uuid::max()))));
        assert_eq!(shape(&stored(&nobody)), shape(&stored(&somebody)));
        for attempt in [nobody, somebody] {
            assert_eq!(record::<Attempt>(stored(&attempt)).expect("an attempt"), attempt);
        }
    }
}
