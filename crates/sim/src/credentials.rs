//! Finds who calls: access keys and session tokens contain all that is needed to know their owner.

use crate::CANARY;
use crate::account::Account;
use crate::organization::Organization;
use crate::protocol::{Problem, Refusal, Request};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The access key id of the management account's user `census`. A census starts with it.
pub const MANAGEMENT_ACCESS_KEY: &str = "AKIASIMULATEDMANAGEMENT";

/// The secret of [`MANAGEMENT_ACCESS_KEY`]. Signatures are not verified, so any other secret works too.
pub const MANAGEMENT_SECRET_KEY: &str = "CANARY/management/secret/access/key";

/// The name of the management account's user that owns [`MANAGEMENT_ACCESS_KEY`].
pub(crate) const MANAGEMENT_USER: &str = "census";

/// The unique id of that user.
pub(crate) const MANAGEMENT_USER_ID: &str = "AIDASIMULATEDCENSUSER";

/// Who calls.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) account: Account,
    pub(crate) arn: String,
    pub(crate) user_id: String,
    /// The role assumed, with its path; none for the management account's user.
    pub(crate) role: Option<String>,
}

/// Credentials of an assumed role.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) account_id: String,
    /// The role's path and name, without a leading slash.
    pub(crate) role: String,
    pub(crate) role_id: String,
    pub(crate) session_name: String,
    pub(crate) expiration_seconds: i64,
}

impl Session {
    /// The token contains everything, so that the simulator need not store sessions.
    pub(crate) fn token(&self) -> String {
        let Self { account_id, role, role_id, session_name, expiration_seconds } = self;
        let text = format!("{account_id}|{role}|{role_id}|{session_name}|{expiration_seconds}");
        format!("{CANARY}{}", URL_SAFE_NO_PAD.encode(text))
    }

    /// The access key id of the session. Each session has a different one.
    pub(crate) fn access_key_id(&self, organization: &Organization) -> String {
        format!("ASIA{}", organization.dice(&["session", &self.token()]).base32(16))
    }

    /// The last part of the assumed role's ARN: it contains the role's name without its path.
    pub(crate) fn assumed_role(&self) -> String {
        format!("assumed-role/{}/{}", self.role.rsplit('/').next().unwrap_or_default(), self.session_name)
    }

    fn read(token: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token.strip_prefix(CANARY)?).ok()?).ok()?;
        let mut parts = text.split('|').map(str::to_owned);
        Some(Self {
            account_id: parts.next()?,
            role: parts.next()?,
            role_id: parts.next()?,
            session_name: parts.next()?,
            expiration_seconds: parts.next()?.parse().ok()?,
        })
    }
}

/// Who signed this request.
pub(crate) fn authenticate(organization: &Organization, request: &Request) -> Result<Caller, Refusal> {
    let caller = identify(organization, request)?;
    let is_dead = organization.settings.network.dead_account == Some(caller.account.index);
    if is_dead && caller.role.is_some() {
        return Err(Refusal::of(request.service, Problem::UnknownCredentials, ""));
    }
    // In a region that is off, AWS does not know the account's credentials.
    if !request.service.is_global() && !organization.is_enabled(&caller.account, &request.region) {
        return Err(Refusal::of(request.service, Problem::UnknownCredentials, ""));
    }
    Ok(caller)
}

fn identify(organization: &Organization, request: &Request) -> Result<Caller, Refusal> {
    if request.access_key_id == MANAGEMENT_ACCESS_KEY {
        let account = organization.account(0);
        let arn = organization.arn("iam", "", &account.id, &format!("user/{MANAGEMENT_USER}"));
        return Ok(Caller { account, arn, user_id: MANAGEMENT_USER_ID.to_owned(), role: None });
    }
    let known = request.session_token.as_deref().and_then(Session::read).and_then(|session| {
        let account = organization.find(&session.account_id)?;
        (session.access_key_id(organization) == request.access_key_id).then_some((account, session))
    });
    let (account, session) = known.ok_or_else(|| Refusal::of(request.service, Problem::UnknownCredentials, ""))?;
    // Credentials expire by the real clock, because a client uses that clock to decide when to ask for new ones.
    if session.expiration_seconds <= organization.started.seconds() {
        return Err(Refusal::of(request.service, Problem::Expired, ""));
    }
    Ok(Caller {
        arn: organization.arn("sts", "", &account.id, &session.assumed_role()),
        user_id: format!("{}:{}", session.role_id, session.session_name),
        account,
        role: Some(session.role),
    })
}
