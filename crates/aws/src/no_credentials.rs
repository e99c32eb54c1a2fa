//! Errors of finding the base credentials, in words that say what to do. The SDK's own name the last place that it asked.

use std::error::Error as StdError;

use aws_config::imds::client::error::ImdsError;
use aws_config::meta::ProviderChainError;
use aws_credential_types::provider::error::CredentialsError;

use crate::error::{Class, Error, nested, with_causes};

/// The code where no place had credentials.
pub const NO_CREDENTIALS: &str = "CredentialsNotFound";

const WORDS: &str = "no AWS credentials were found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or \
                     [aws] profile in the configuration; sign in anew if the profile needs it (`aws sso login`, `aws login`)";

/// The error of finding credentials that is among an error's causes, if there is one.
pub(crate) fn among(error: &(dyn StdError + 'static)) -> Option<Error> {
    find::<CredentialsError>(error).map(told)
}

/// An error of finding credentials as one of ours: a hop's of the role chain as it is.
pub(crate) fn told(error: &CredentialsError) -> Error {
    if let Some(ours) = nested(error) {
        return ours;
    }
    let not_found = |words: String| Error::new(Class::Failed, NO_CREDENTIALS, words);
    match (error, find::<ImdsError>(error)) {
        (CredentialsError::CredentialsNotLoaded(_), _) => not_found(match misspelt_profile(error) {
            Some(words) => format!("{WORDS}; {words}"),
            None => WORDS.to_owned(),
        }),
        // The instance's metadata are asked last: before them no place had any.
        (_, Some(imds)) => not_found(format!("{WORDS}; the metadata of an instance: {}", with_causes(imds))),
        (_, None) => Error::new(Class::Failed, "Credentials", with_causes(error)),
    }
}

/// What the SDK says of a profile that is named and not there.
fn misspelt_profile(error: &CredentialsError) -> Option<String> {
    let asked = find::<ProviderChainError<CredentialsError>>(error)?;
    asked.attempts().iter().map(|attempt| with_causes(attempt.error())).find(|words| words.contains("was not defined"))
}

/// The first of an error and its causes that is of this type.
fn find<'e, E: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e E> {
    let mut cause = Some(error);
    while let Some(it) = cause {
        if let Some(found) = it.downcast_ref::<E>() {
            return Some(found);
        }
        cause = it.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_found_is_one_message_and_other_causes_stay() {
        let none = told(&CredentialsError::not_loaded("IMDS is off"));
        assert_eq!((none.code.as_str(), none.message.as_str()), (NO_CREDENTIALS, WORDS));
        let expired = told(&CredentialsError::provider_error("the SSO token has expired"));
        assert_eq!(expired.code, "Credentials");
        assert!(expired.message.contains("the SSO token has expired"), "{expired}");
        let ours = Error::new(Class::Denied, "AccessDenied", "no");
        assert_eq!(told(&CredentialsError::provider_error(ours)).code, "AccessDenied");
    }
}
