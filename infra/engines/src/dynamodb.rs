//! DynamoDB in this process: SQLite behind DynamoDB's own protocol, in memory or in the file `dynamodb.sqlite`.

use std::path::PathBuf;

use dynoxide::Database;
use serde_json::{Value, json};

use crate::server::{Server, Stopped};
use crate::{Data, Error, TABLE, Table};

/// The running table engine.
#[derive(Debug)]
pub struct DynamoDb {
    server: Server,
}

impl DynamoDb {
    /// Opens the database, makes the table when it is absent, and listens.
    pub async fn start(data: &Data, port: u16, table: &Table) -> Result<Self, Error> {
        let database = open(data)?;
        ensure_table(&database, data, table)?;
        let listener = Server::listen(port).await?;
        let server = Server::run(listener, |listener, stopped: Stopped| async move {
            if let Err(error) = dynoxide::server::serve_with_shutdown(listener, database, stopped).await {
                tracing::error!(error, "the embedded DynamoDB ended early");
            }
        })?;
        Ok(Self { server })
    }

    /// The endpoint for the SDK.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Stops listening; everything answered is in the file.
    pub async fn shutdown(self) {
        self.server.shutdown().await;
    }
}

fn path(data: &Data) -> Option<PathBuf> {
    match data {
        Data::Memory => None,
        Data::Folder(folder) => Some(folder.join("dynamodb.sqlite")),
    }
}

fn open(data: &Data) -> Result<Database, Error> {
    let Some(path) = path(data) else {
        return Database::memory().map_err(failed);
    };
    let database = Database::new(&path.to_string_lossy()).map_err(failed)?;
    // This sets `synchronous = NORMAL`. The file is in WAL mode, where that keeps every committed write through a crash of
    // the process and never damages the file; only a power cut can take the last moments. SQLite's own default flushes the
    // disk at each commit, which makes an import wait for the disk alone.
    database.disable_bulk_loading().map_err(failed)?;
    // Items whose time to live has passed go at start; nothing depends on it, it only keeps the file small.
    database.sweep_ttl().map_err(failed)?;
    Ok(database)
}

fn ensure_table(database: &Database, data: &Data, table: &Table) -> Result<(), Error> {
    let describe = request(json!({ "TableName": TABLE }))?;
    if let Ok(known) = database.describe_table(describe) {
        let known = serde_json::to_value(&known.table).map_err(|error| Error::DynamoDb(error.to_string()))?;
        let is_same = shape(&known) == shape(&table.create);
        let path = path(data).unwrap_or_default();
        return if is_same { Ok(()) } else { Err(Error::OtherTable { path }) };
    }
    let mut create = table.create.clone();
    create["TableName"] = Value::from(TABLE);
    database.create_table(request(create)?).map_err(failed)?;
    if let Some(attribute) = &table.ttl_attribute {
        let ttl = json!({ "TableName": TABLE, "TimeToLiveSpecification": { "AttributeName": attribute, "Enabled": true } });
        database.update_time_to_live(request(ttl)?).map_err(failed)?;
    }
    Ok(())
}

/// The keys of the table and of each index, in an order that can be compared.
fn shape(table: &Value) -> Vec<String> {
    let key = |name: &Value, keys: &Value| {
        let mut parts: Vec<String> =
            keys.as_array().into_iter().flatten().map(|part| format!("{} {}", part["KeyType"], part["AttributeName"])).collect();
        parts.sort();
        format!("{name} {}", parts.join(" "))
    };
    let mut shape = vec![key(&Value::Null, &table["KeySchema"])];
    for indexes in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
        for index in table[indexes].as_array().into_iter().flatten() {
            shape.push(key(&index["IndexName"], &index["KeySchema"]));
        }
    }
    shape.sort();
    shape
}

fn request<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|error| Error::DynamoDb(error.to_string()))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err asks for")]
fn failed(error: dynoxide::DynoxideError) -> Error {
    Error::DynamoDb(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(index: &str) -> Table {
        let create = json!({
            "AttributeDefinitions": [
                { "AttributeName": "pk", "AttributeType": "S" },
                { "AttributeName": "sk", "AttributeType": "S" },
                { "AttributeName": index, "AttributeType": "S" },
            ],
            "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }, { "AttributeName": "sk", "KeyType": "RANGE" }],
            "GlobalSecondaryIndexes": [{
                "IndexName": "by-other",
                "KeySchema": [{ "AttributeName": index, "KeyType": "HASH" }],
                "Projection": { "ProjectionType": "ALL" },
            }],
            "BillingMode": "PAY_PER_REQUEST",
        });
        Table { create, ttl_attribute: Some("expires".to_owned()) }
    }

    #[test]
    fn a_kept_table_opens_again_and_one_of_another_shape_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let data = Data::Folder(folder.path().to_owned());
        for _ in 0..2 {
            ensure_table(&open(&data).unwrap(), &data, &table("other")).unwrap();
        }
        let error = ensure_table(&open(&data).unwrap(), &data, &table("another")).unwrap_err();
        assert!(matches!(error, Error::OtherTable { .. }), "{error}");
    }

    #[test]
    fn expired_items_go_when_the_file_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let data = Data::Folder(folder.path().to_owned());
        let count = |database: &Database| database.scan(request(json!({ "TableName": TABLE, "Select": "COUNT" })).unwrap()).unwrap().count;
        let database = open(&data).unwrap();
        ensure_table(&database, &data, &table("other")).unwrap();
        let year_ago = jiff::Timestamp::now().as_second() - 365 * 86_400;
        for (key, expires) in [("old", year_ago.to_string()), ("kept", "99999999999".to_owned())] {
            let item = json!({ "pk": { "S": key }, "sk": { "S": "-" }, "expires": { "N": expires } });
            database.put_item(request(json!({ "TableName": TABLE, "Item": item })).unwrap()).unwrap();
        }
        assert_eq!(count(&database), 2);
        drop(database);
        assert_eq!(count(&open(&data).unwrap()), 1);
    }
}
