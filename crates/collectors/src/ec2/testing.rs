//! What the tests of EC2's collectors need.

/// An error as EC2 writes it.
pub(super) fn refused(code: &str) -> String {
    format!("<Response><Errors><Error><Code>{code}</Code><Message>recorded</Message></Error></Errors></Response>")
}
