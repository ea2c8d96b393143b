//! Exports: contacts stream from the table into a file.

use super::{
    Run, Stop,
    parts::{self, ROWS},
};
use crate::store::{Consistency, Stored};
use domain::{csv_file::Writer, job::State};

/// After how many contacts the record shows progress and a cancelled export stops.
const HEARTBEAT: u64 = 10_000;

impl Run<'_> {
    /// Writes the whole file. It appears only when it is finished, so an export that is interrupted simply begins again.
    pub(super) async fn export(&mut self) -> Result<(), Stop> {
        let contacts = self.app.read_chosen(&self.job).await?;
        let mut upload = self.app.files.upload(&parts::export(&self.job.team, self.job.id)).await?;
        let mut writer = Writer::new();
        let (mut exported, mut shown) = (0, 0);
        for batch in contacts.chunks(ROWS) {
            let mut stored = self.app.store.find_all_stored(&self.job.team, &batch.iter().copied().collect(), Consistency::Strong).await?;
            for contact in batch.iter().filter_map(|id| stored.remove(id).and_then(Stored::live)) {
                writer.add(&contact);
                exported += 1;
            }
            upload.push(&writer.take()).await?;
            if exported - shown >= HEARTBEAT {
                shown = exported;
                self.advance(&[State::Applying], |job| job.exported = exported).await?;
            }
        }
        upload.push(&writer.take()).await?;
        upload.finish().await?;
        let now = self.app.clock.now();
        self.advance(&[State::Applying], |job| {
            job.exported = exported;
            job.state = State::Done;
            job.finished_at = Some(now);
        })
        .await
    }
}
