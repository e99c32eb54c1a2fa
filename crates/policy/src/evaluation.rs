//! One request and all policies together: who asks for which action on what, and whether it is allowed (E1–E24).
//!
//! A request comes with the organization that it is made in. Each statement that speaks of it becomes a formula over
//! the condition keys whose values are not known (`formula`): a key that the snapshot or the question knows is
//! resolved first. The layers are joined as AWS joins them (`layers`, `paths`, `whole`), and the formula of the whole
//! says the result (`decide`):
//!
//! - *allowed*: it can be met by what the caller chooses. `caller_must` says by what.
//! - *conditional*: it needs a circumstance that nobody knows beforehand, as an address. `conditions` says which.
//! - *denied*: nothing meets it.
//! - *unknown*: that depends on something that was not read, or on which AWS's documentation says nothing. Such a part
//!   is a doubt. The formula is decided with all doubts in favour of the caller and with all against it; where the two
//!   differ, the result is unknown.
//!
//! One assumption is an exception: an unread policy of the caller's own side could hold a Deny, yet an Allow of the
//! resource that needs no consent of that side (E10) decides.

mod acl;
mod answer;
mod atom;
mod blame;
mod caller;
mod candidates;
mod compare;
mod condition;
mod context;
mod decide;
mod endpoints;
mod exceptions;
mod formula;
mod key_grant;
mod keys;
mod layers;
mod line;
mod line_reader;
mod matching;
mod naming;
mod organization;
mod outcomes;
mod own;
mod paths;
mod possible;
mod raw;
mod request;
mod resource_side;
mod rules;
mod tags;
mod told;
mod variable;
mod whole;

pub use answer::{Answer, DecidedBy, Layer, Need, Outcome};
pub use candidates::{Named, covers, cross, may_allow, pared, patterns, spared, speaks_of};
pub use line::answer_line;
pub use outcomes::outcomes;
pub use request::{
    AccessPoint, Account, AclEntry, Attachment, Endpoint, FunctionUrl, Identity, IdentityKind, KeyGrant, Listed,
    NamedPolicy, Organization, Question, Request, RequestError, Resource, Unit, Vpc,
};
pub use told::{Says, Told};
pub use whole::{evaluate, explain};
