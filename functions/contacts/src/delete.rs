//! `DELETE /v1/contacts/{id}`: a member who may modify contacts deletes one. It is a job, so it can be undone for 30 days.

use app::{
    App, Error, Route,
    extract::{ContactEditor, Path},
    random,
};
use axum::{
    extract::State,
    http::{HeaderName, StatusCode},
    response::IntoResponse,
};
use domain::{
    ids::ContactId,
    job::{BulkAction, Chosen, Review, Work},
};

/// Names the job that can undo the deletion.
const JOB: HeaderName = HeaderName::from_static("kdesk-job");

/// The route.
pub fn route() -> Route {
    app::route!("contacts-delete", handle)
}

/// Deletes a contact. The job named in `KDesk-Job` can be undone for 30 days: the contact comes back with its id, links and history.
#[utoipa::path(
    delete,
    path = "/v1/contacts/{id}",
    params(("id" = ContactId, Path, description = "The contact.")),
    responses(
        (status = 204, description = "It is deleted.", headers(("KDesk-Job" = String, description = "The job to undo it by."))),
        (status = 403, description = "Without “Modify contacts”."),
        (status = 404, description = "The team has no such contact."),
        (status = 409, description = "`changed_meanwhile`: the contact was changed at the same moment. Look at it again."),
    )
)]
async fn handle(State(app): State<App>, member: ContactEditor, Path(id): Path<ContactId>) -> Result<impl IntoResponse, Error> {
    app.store.get_contact(&member.team, id).await?;
    let work = Work::Bulk { action: BulkAction::Delete, chosen: Chosen::Ids(1) };
    let job = app.new_job(&member, random::job_id(app.clock.now_ms()), work, domain::job::State::Planning, Review::Skip);
    let job = app.start(job, &[id]).await?;
    match (job.counts.deleted, job.planned.deleted) {
        (1, _) => Ok((StatusCode::NO_CONTENT, [(JOB, job.id.to_string())])),
        (_, 0) => Err(Error::NotFound),
        _ => Err(Error::conflict("changed_meanwhile", "The contact was changed at the same moment. Look at it again.").with("job", job.id)),
    }
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::team::Permission;
    use http::StatusCode;
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn a_deleted_contact_is_gone_and_its_address_free() {
        let test = TestApp::start().await;
        let zoe = test.contact("demo", a_contact().emailed("zoe@x.com")).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let call = || Call::delete(&format!("/v1/contacts/{}", zoe.id)).by(&editor);
        let answer = test.call(route(), call()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert!(!answer.header("kdesk-job").is_empty());
        assert_eq!(test.call(route(), call()).await.status, StatusCode::NOT_FOUND);
        test.contact("demo", a_contact().emailed("zoe@x.com")).await;
        assert_eq!(test.problems("demo").await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn another_team_and_who_may_not_are_refused() {
        let test = TestApp::start().await;
        let foreign = test.contact("other", a_contact()).await;
        let editor = test.member("demo", &[Permission::ModifyContacts]).await;
        let viewer = test.member("other", &[]).await;
        let path = format!("/v1/contacts/{}", foreign.id);
        assert_eq!(test.call(route(), Call::delete(&path).by(&editor)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(test.call(route(), Call::delete(&path).by(&viewer)).await.status, StatusCode::FORBIDDEN);
        assert_eq!(test.contacts("other").await, [foreign]);
    }
}
