//! `GET /v1/contacts/{id}/why`: any member asks why a contact can(not) sign in or is (not) mailed. The rule that enforces answers.

use app::{
    App, Error, Route,
    extract::{Member, Path, Query},
    store::SignInRefusal,
};
use axum::{Json, extract::State};
use domain::{
    ids::ContactId,
    portal::{REFUSAL_SECONDS, Way},
    rules::{self, Decision, Notification},
};
use serde::{Deserialize, Serialize};

/// The route.
pub fn route() -> Route {
    app::route!("contacts-why", handle)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Asked {
    /// What is asked.
    #[param(inline)]
    question: Question,
    /// Which mail is asked about; needed for `notification`.
    #[param(inline)]
    kind: Option<Notification>,
    /// Which identity provider is asked about; needed for `single-sign-on`.
    #[param(inline)]
    way: Option<Way>,
}

/// What can be asked about a contact.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Question {
    /// Why the contact can or cannot sign in to the portal.
    SignIn,
    /// Why the contact can or cannot sign in with an identity provider, as far as that does not depend on who they are there.
    SingleSignOn,
    /// Why the contact is or is not mailed.
    Notification,
}

/// A decision, explained.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Explanation {
    /// What was asked.
    question: Question,
    /// The answer in a sentence.
    #[schema(examples("No: “The contact has portal access.” does not hold."))]
    answer: String,
    /// The decision, with every rule in order.
    #[serde(flatten)]
    decision: Decision,
    /// For `sign-in` and `single-sign-on`: what the contact was refused in the last 7 days, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusals: Option<Vec<SignInRefusal>>,
}

/// Explains a decision about a contact: every rule in order, pass or fail, and the setting that decides it.
#[utoipa::path(
    get,
    path = "/v1/contacts/{id}/why",
    params(("id" = ContactId, Path, description = "The contact."), Asked),
    responses(
        (status = 200, description = "The decision and its rules.", body = Explanation),
        (status = 404, description = "The team has no such contact."),
        (status = 422, description = "A question that is unknown, `notification` without `kind`, or `single-sign-on` without `way`."),
    )
)]
async fn handle(State(app): State<App>, member: Member, Path(id): Path<ContactId>, Query(asked): Query<Asked>) -> Result<Json<Explanation>, Error> {
    let (contact, team) = futures::try_join!(app.store.get_contact(&member.team, id), app.store.get_communication(&member.team))?;
    let problems = app.store.find_mail_problems(&member.team, rules::mailed_at(&contact.profile)).await?;
    let decision = match (asked.question, asked.kind) {
        (Question::SignIn, _) => rules::sign_in(&team, &contact.profile, &problems),
        (Question::SingleSignOn, _) => match asked.way {
            Some(way @ (Way::Microsoft | Way::Google | Way::Oidc)) => rules::single_sign_on(&team, &contact.profile, way, None),
            Some(Way::Code) | None => return Err(Error::parameter("way", "say which provider: microsoft, google or oidc")),
        },
        (Question::Notification, Some(kind)) => rules::notification(&team, &contact.profile, kind, &problems),
        (Question::Notification, None) => {
            return Err(Error::parameter("kind", "say which mail: ticketCreated, ticketUpdated, ticketCommented, ticketClosed or formAssigned"));
        }
    };
    let answer = decision.refusal().map_or_else(|| "Yes: every rule holds.".to_owned(), |rule| format!("No: “{}” does not hold.", rule.rule));
    let refusals = match asked.question {
        Question::SignIn | Question::SingleSignOn => {
            Some(app.store.list_refusals(&member.team, id, app.clock.now_ms() - REFUSAL_SECONDS * 1_000).await?)
        }
        Question::Notification => None,
    };
    Ok(Json(Explanation { question: asked.question, answer, decision, refusals }))
}

#[cfg(test)]
mod tests {
    use super::route;
    use domain::{
        field::Field,
        mail::{MailProblem, MailProblemKind, MailProblems},
        portal::Way,
        rules::{sign_in, single_sign_on},
        team::Communication,
    };
    use http::StatusCode;
    use serde_json::{Value, json};
    use testing::{Call, TestApp, a_contact};

    #[tokio::test]
    async fn the_answer_is_that_of_the_rule_which_enforces() {
        let test = TestApp::start().await;
        let zoe = test.contact("demo", a_contact().emailed("zoe@x.com").with(Field::PortalAccess, json!(true))).await;
        let viewer = test.member("demo", &[]).await;
        let ask = || Call::get(&format!("/v1/contacts/{}/why?question=sign-in", zoe.id)).by(&viewer);
        for team in [Communication::default(), Communication { portal: true, ..Communication::default() }] {
            test.app.store.save_communication(&"demo".parse().expect("a team"), &team).await.expect("saved");
            let answer = test.call(route(), ask()).await;
            let decision = serde_json::to_value(sign_in(&team, &zoe.profile, &MailProblems::default())).expect("JSON");
            assert_eq!((&answer.json["allowed"], &answer.json["because"]), (&decision["allowed"], &decision["because"]));
            assert_eq!(answer.json["allowed"], Value::Bool(team.portal));
        }
    }

    #[tokio::test]
    async fn single_sign_on_is_asked_by_its_provider_and_answered_by_the_rule_which_enforces() {
        let test = TestApp::start().await;
        let zoe = test.contact("demo", a_contact().with(Field::PortalAccess, json!(true)).with(Field::DirectorySyncId, json!("an object id"))).await;
        let viewer = test.member("demo", &[]).await;
        let team = Communication { portal: true, sso_microsoft: true, sso_oidc: true, sso_requires_synced_contact: true, ..Communication::default() };
        test.app.store.save_communication(&"demo".parse().expect("a team"), &team).await.expect("saved");
        let ask = |query: &str| Call::get(&format!("/v1/contacts/{}/why?question=single-sign-on{query}", zoe.id)).by(&viewer);
        for (way, name, allowed) in [(Way::Microsoft, "microsoft", true), (Way::Google, "google", false), (Way::Oidc, "oidc", false)] {
            let answer = test.call(route(), ask(&format!("&way={name}"))).await;
            let decision = serde_json::to_value(single_sign_on(&team, &zoe.profile, way, None)).expect("JSON");
            assert_eq!((&answer.json["allowed"], &answer.json["because"]), (&json!(allowed), &decision["because"]), "{name}");
            assert_eq!(answer.json["refusals"], json!([]));
        }
        for query in ["", "&way=code"] {
            assert_eq!(test.call(route(), ask(query)).await.problem_fields(), ["way"], "{query}");
        }
    }

    #[tokio::test]
    async fn a_notification_is_asked_by_its_kind() {
        let test = TestApp::start().await;
        let zoe = test.contact("demo", a_contact().emailed("zoe@x.com").with(Field::NotifyTicketClosed, json!(false))).await;
        let viewer = test.member("demo", &[]).await;
        let ask = |query: &str| Call::get(&format!("/v1/contacts/{}/why?question=notification{query}", zoe.id)).by(&viewer);
        assert_eq!(test.call(route(), ask("&kind=ticketClosed")).await.json["allowed"], false);
        assert_eq!(test.call(route(), ask("&kind=ticketCreated")).await.json["allowed"], true);
        assert_eq!(test.call(route(), ask("")).await.problem_fields(), ["kind"]);
    }

    #[tokio::test]
    async fn an_address_that_mail_came_back_from_is_the_reason() {
        let test = TestApp::start().await;
        let zoe = test.contact("demo", a_contact().emailed("zoe@x.com").with(Field::PortalAccess, json!(true))).await;
        let viewer = test.member("demo", &[]).await;
        let team = "demo".parse().expect("a team");
        test.app.store.save_communication(&team, &Communication { portal: true, ..Communication::default() }).await.expect("saved");
        let problem = MailProblem { address: "zoe@x.com".parse().expect("an address"), kind: MailProblemKind::Bounce, at: test.app.clock.now() };
        test.app.store.note_mail_problem(&team, &problem).await.expect("noted");
        for question in ["sign-in", "notification&kind=ticketCreated"] {
            let answer = test.call(route(), Call::get(&format!("/v1/contacts/{}/why?question={question}", zoe.id)).by(&viewer)).await;
            let failing: Vec<&Value> = answer.json["because"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|rule| rule["passes"] == false)
                .map(|rule| &rule["decidedBy"])
                .collect();
            assert_eq!(failing, [&json!({"where": "contact", "name": "mailProblems"})], "{question}");
        }
    }

    #[tokio::test]
    async fn what_the_contact_was_refused_in_the_last_week_is_told_and_nothing_older() {
        let test = TestApp::start().await;
        let (zoe, viewer, team) = (test.contact("demo", a_contact()).await, test.member("demo", &[]).await, "demo".parse().expect("a team"));
        let ask = || Call::get(&format!("/v1/contacts/{}/why?question=sign-in", zoe.id)).by(&viewer);
        for reason in ["The contact is active.", "The contact has portal access."] {
            test.app.note_refusal(&team, &zoe, Way::Code, reason).await.expect("noted");
            test.clock_forward(4 * 24 * 60 * 60).await;
        }
        let answer = test.call(route(), ask()).await;
        assert_eq!(answer.json["refusals"], json!([{"at": "2026-03-05T09:00:00Z", "way": "code", "reason": "The contact has portal access."}]));
        let mail = test.call(route(), Call::get(&format!("/v1/contacts/{}/why?question=notification&kind=ticketCreated", zoe.id)).by(&viewer)).await;
        assert_eq!(mail.json.get("refusals"), None);
    }

    #[tokio::test]
    async fn another_teams_contact_is_answered_like_none() {
        let test = TestApp::start().await;
        let foreign = test.contact("other", a_contact()).await;
        let viewer = test.member("demo", &[]).await;
        let answer = test.call(route(), Call::get(&format!("/v1/contacts/{}/why?question=sign-in", foreign.id)).by(&viewer)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(
            test.call(route(), Call::get(&format!("/v1/contacts/{}/why?question=sign-in", foreign.id))).await.status,
            StatusCode::UNAUTHORIZED
        );
    }
}
