//! Jobs.

use super::{Item, Saved, Store, failed, item, keys, record, text};
use crate::{Error, random};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    ids::{JobId, TeamId},
    job::Job,
};

/// A job that a worker should be at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveJob {
    /// Its team.
    pub team: TeamId,
    /// The job.
    pub job: JobId,
}

/// How long a job's record is kept, long after it can no longer be undone.
const KEPT_DAYS: i64 = 400;

impl Store {
    /// A job, as it is at this moment, if there is one.
    pub async fn find_job(&self, team: &TeamId, job: JobId) -> Result<Option<Job>, Error> {
        self.find_item(keys::job(team, job)).await?.map(record).transpose()
    }

    /// A job, or [`Error::NotFound`].
    pub async fn get_job(&self, team: &TeamId, job: JobId) -> Result<Job, Error> {
        self.find_job(team, job).await?.ok_or(Error::NotFound)
    }

    /// Jobs, newest first, from after a job on.
    pub async fn list_jobs(&self, team: &TeamId, after: Option<JobId>, limit: i32) -> Result<(Vec<Job>, Option<JobId>), Error> {
        let page = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(keys::job_partition(team)))
            .set_exclusive_start_key(after.map(|job| keys::job(team, job).into()))
            .scan_index_forward(false)
            .limit(limit)
            .consistent_read(true)
            .send()
            .await
            .map_err(failed)?;
        let more = page.last_evaluated_key.is_some();
        let jobs = page.items.unwrap_or_default().into_iter().map(record).collect::<Result<Vec<Job>, _>>()?;
        let next = if more { jobs.last().map(|job| job.id) } else { None };
        Ok((jobs, next))
    }

    /// Records a new job.
    pub async fn add_job(&self, job: &Job) -> Result<(), Error> {
        match self.save_versioned(job_item(job)?, None).await {
            Ok(()) => Ok(()),
            Err(Saved::Stale) => Err(Error::Internal),
            Err(Saved::Failed(error)) => Err(error),
        }
    }

    /// Saves a job that nobody else has saved since it was read, as its next version; `None` when somebody has.
    pub async fn save_job(&self, mut job: Job) -> Result<Option<Job>, Error> {
        let replaces = job.version;
        job.version = replaces.next();
        match self.save_versioned(job_item(&job)?, Some(replaces.get())).await {
            Ok(()) => Ok(Some(job)),
            Err(Saved::Stale) => Ok(None),
            Err(Saved::Failed(error)) => Err(error),
        }
    }

    /// Changes a job, again and again until nobody came between. What `change` answers for the job it was given is what happened.
    pub async fn change_job<T>(&self, team: &TeamId, id: JobId, mut change: impl FnMut(&mut Job) -> Result<T, Error>) -> Result<(Job, T), Error> {
        loop {
            let mut job = self.get_job(team, id).await?;
            let before = job.clone();
            let answer = change(&mut job)?;
            if job == before {
                return Ok((job, answer));
            }
            if let Some(saved) = self.save_job(job).await? {
                return Ok((saved, answer));
            }
        }
    }

    /// Jobs that a worker should be at, whose last sign of life is older than this moment. The index may lag: a job that moved on since is listed once more, which is harmless.
    pub async fn list_stalled_jobs(&self, before_ms: i64) -> Result<Vec<LiveJob>, Error> {
        let items = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(keys::LIVE_INDEX)
            .key_condition_expression("#live = :live AND heartbeat < :before")
            .expression_attribute_names("#live", "live")
            .expression_attribute_values(":live", text(keys::LIVE))
            .expression_attribute_values(":before", AttributeValue::N(before_ms.to_string()))
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(failed)?;
        Ok(items.iter().filter_map(live_job).collect())
    }
}

fn live_job(item: &Item) -> Option<LiveJob> {
    let team = item.get("pk")?.as_s().ok()?.strip_suffix("#job")?.parse().ok()?;
    Some(LiveJob { team, job: item.get("sk")?.as_s().ok()?.parse().ok()? })
}

fn job_item(job: &Job) -> Result<Item, Error> {
    let mut item = item(keys::job(&job.team, job.id), job)?;
    item.insert("written_by".to_owned(), text(random::uuid().to_string()));
    let expires_at = job.created_at.as_second() + KEPT_DAYS * 24 * 60 * 60;
    item.insert("expires_at".to_owned(), AttributeValue::N(expires_at.to_string()));
    if job.state.is_live() {
        item.insert("live".to_owned(), text(keys::LIVE));
        item.insert("heartbeat".to_owned(), AttributeValue::N(job.heartbeat_at.as_millisecond().to_string()));
    }
    Ok(item)
}
