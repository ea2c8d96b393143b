//! A member as the API shows them.

use domain::{
    ids::MemberId,
    team::{Member, Permission},
};
use serde::Serialize;
use std::collections::BTreeSet;

/// A member of the team.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Member)]
pub struct MemberView {
    /// Identifier: the `sub` of their token.
    #[schema(examples("auth0|5f7c8ec7c33c6c004bbafe82"))]
    id: MemberId,
    /// Their address, to show who they are.
    #[schema(examples("ann@example.com"))]
    email: String,
    /// Their name, to show who they are.
    #[schema(examples("Ann Lee"))]
    name: String,
    /// What they may do beyond looking.
    permissions: BTreeSet<Permission>,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        Self { id: member.id, email: member.email, name: member.name, permissions: member.permissions }
    }
}
