//! How many read and write units the table's calls consume, as the table itself tells.

use aws_sdk_dynamodb::{
    Client,
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut},
    },
    error::BoxError,
    operation::{
        batch_get_item::{BatchGetItemInput, BatchGetItemOutput},
        delete_item::{DeleteItemInput, DeleteItemOutput},
        get_item::{GetItemInput, GetItemOutput},
        put_item::{PutItemError, PutItemInput, PutItemOutput},
        query::{QueryInput, QueryOutput},
        transact_write_items::{TransactWriteItemsInput, TransactWriteItemsOutput},
        update_item::{UpdateItemError, UpdateItemInput, UpdateItemOutput},
    },
    types::{ConsumedCapacity, ReturnConsumedCapacity},
};
use std::sync::{Arc, Mutex};

/// Units of the table.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Units {
    /// Read units: half a unit is an eventually consistent read of up to 4 kB.
    pub read: f64,
    /// Write units, those of indexes included.
    pub write: f64,
}

/// Counts what a client's calls consume. Each call asks the table for it; a write that is refused counts as one write unit.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<Units>>);

impl Meter {
    /// The same client, counted.
    pub fn on(&self, client: &Client) -> Client {
        Client::from_conf(client.config().to_builder().interceptor(self.clone()).build())
    }

    /// What was consumed since the last look.
    pub fn take(&self) -> Units {
        std::mem::take(&mut *self.0.lock().expect("no test fails here"))
    }

    fn add(&self, read: f64, write: f64) {
        let mut units = self.0.lock().expect("no test fails here");
        units.read += read;
        units.write += write;
    }
}

fn sum<'a>(consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) -> f64 {
    consumed.into_iter().filter_map(ConsumedCapacity::capacity_units).sum()
}

macro_rules! ask {
    ($input:expr; $($operation:ty),*) => {
        $(if let Some(input) = $input.downcast_mut::<$operation>() {
            input.return_consumed_capacity = Some(ReturnConsumedCapacity::Total);
        })*
    };
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        ask!(context.input_mut(); GetItemInput, BatchGetItemInput, QueryInput, PutItemInput, UpdateItemInput, DeleteItemInput, TransactWriteItemsInput);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let output = match context.output_or_error() {
            Ok(output) => output,
            Err(error) => {
                // A write that its condition refuses consumes what the write would have, and tells nobody. The items written so are small.
                let put = error.as_operation_error().and_then(|error| error.downcast_ref::<PutItemError>());
                let update = error.as_operation_error().and_then(|error| error.downcast_ref::<UpdateItemError>());
                if put.is_some_and(PutItemError::is_conditional_check_failed_exception)
                    || update.is_some_and(UpdateItemError::is_conditional_check_failed_exception)
                {
                    self.add(0.0, 1.0);
                }
                return Ok(());
            }
        };
        if let Some(output) = output.downcast_ref::<GetItemOutput>() {
            self.add(sum(output.consumed_capacity()), 0.0);
        } else if let Some(output) = output.downcast_ref::<BatchGetItemOutput>() {
            self.add(sum(output.consumed_capacity()), 0.0);
        } else if let Some(output) = output.downcast_ref::<QueryOutput>() {
            self.add(sum(output.consumed_capacity()), 0.0);
        } else if let Some(output) = output.downcast_ref::<PutItemOutput>() {
            self.add(0.0, sum(output.consumed_capacity()));
        } else if let Some(output) = output.downcast_ref::<UpdateItemOutput>() {
            self.add(0.0, sum(output.consumed_capacity()));
        } else if let Some(output) = output.downcast_ref::<DeleteItemOutput>() {
            self.add(0.0, sum(output.consumed_capacity()));
        } else if let Some(output) = output.downcast_ref::<TransactWriteItemsOutput>() {
            self.add(0.0, sum(output.consumed_capacity()));
        } else {
            return Err("an operation whose units are not counted".into());
        }
        Ok(())
    }
}
