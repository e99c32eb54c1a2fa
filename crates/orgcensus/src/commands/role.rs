//! `orgcensus role`: a least-privilege policy.

use std::io::Write;

use crate::args::{Role, Whose};
use crate::failure::{Failure, exit};
use crate::permissions;
use crate::terminal::output;

/// Prints the policy as JSON; a list of policies where one would be too long. Of the version it prints the number.
pub(crate) fn run(arguments: &Role) -> Result<u8, Failure> {
    let policy = match arguments.whose {
        Whose::Member => permissions::printed(permissions::member()),
        Whose::Version => permissions::role_actions().newest().into(),
        Whose::Management => permissions::management(&arguments.partition, &arguments.role_name),
        Whose::Lake => permissions::lake(&arguments.partition, &arguments.bucket, arguments.kms_key.as_deref()),
        Whose::Notify => {
            permissions::notify(arguments.target.as_deref().unwrap_or_default(), arguments.kms_key.as_deref())
        }
        Whose::Bucket => permissions::bucket(&arguments.partition, &arguments.bucket, &arguments.writer),
    };
    writeln!(output(), "{policy:#}")?;
    Ok(exit::WHOLE)
}
