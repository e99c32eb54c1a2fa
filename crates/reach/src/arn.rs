//! What an ARN says of itself.

/// The account that an ARN says.
pub(crate) fn account_of(arn: &str) -> Option<&str> {
    let account = arn.split(':').nth(4)?;
    (account.len() == 12 && account.bytes().all(|it| it.is_ascii_digit())).then_some(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_says_an_account_of_twelve_digits_or_none() {
        let role = "arn:aws:iam::111122223333:role/path/name";
        let all = [role, "arn:aws:s3:::b", "arn:aws:iam::aws:policy/ReadOnlyAccess", "111122223333"];
        assert_eq!(all.map(account_of), [Some("111122223333"), None, None, None]);
    }
}
