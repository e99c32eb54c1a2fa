//! The staged tables that say which identities exist and what they may do.

use orgcensus_collectors::iam::groups::Group;
use orgcensus_collectors::iam::principal::PolicyAttachment;
use orgcensus_collectors::iam::roles::Role;
use orgcensus_collectors::iam::users::{GroupMembership, User};
use orgcensus_collectors::identity_center::permission_set_policies::PermissionSetPolicy;
use orgcensus_collectors::identity_center::permission_sets::PermissionSet;
use orgcensus_crawl::{Derive, Error, Staged};

use super::account::Account;

/// The tables. They are read one account at a time.
pub(crate) struct Sources {
    permission_set_policies: Staged<PermissionSetPolicy>,
    permission_sets: Staged<PermissionSet>,
    memberships: Staged<GroupMembership>,
    groups: Staged<Group>,
    attachments: Staged<PolicyAttachment>,
    roles: Staged<Role>,
    users: Staged<User>,
}

impl Sources {
    pub(crate) fn open(derive: &mut Derive<'_>) -> Result<Self, Error> {
        Ok(Self {
            permission_set_policies: derive.staged()?,
            permission_sets: derive.staged()?,
            memberships: derive.staged()?,
            groups: derive.staged()?,
            attachments: derive.staged()?,
            roles: derive.staged()?,
            users: derive.staged()?,
        })
    }

    /// The identities and policies of one account. Accounts must be asked for in order.
    pub(crate) fn account(&mut self, account_id: &str) -> Result<Account, Error> {
        let mut account = Account::default();
        self.permission_set_policies.of_account(account_id, |row| account.permission_set_policy(&row))?;
        self.permission_sets.of_account(account_id, |row| account.permission_set(&row))?;
        self.memberships.of_account(account_id, |row| account.membership(&row))?;
        self.groups.of_account(account_id, |row| account.group(&row))?;
        self.attachments.of_account(account_id, |row| account.attachment(&row))?;
        self.roles.of_account(account_id, |row| account.role(&row))?;
        self.users.of_account(account_id, |row| account.user(&row))?;
        Ok(account)
    }
}
