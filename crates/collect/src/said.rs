//! Which members an answer really contains. If AWS leaves out a flag or a number, the SDK returns false or zero.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Keeps the newest answer's bytes: an interceptor of one call, or of a client that makes one call at a time.
#[derive(Debug, Clone, Default)]
pub struct Said(Arc<Mutex<Vec<u8>>>);

impl Said {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The answer as it came.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often the answer, XML or JSON, has a member of this name. Within texts both escape what would look like one.
    pub fn count(&self, member: &str) -> usize {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&bytes);
        let is_after = |rest: &str| rest.trim_start().starts_with(':');
        let json = format!("\"{member}\"");
        let in_json = text.match_indices(&json).filter(|(at, found)| is_after(&text[at + found.len()..])).count();
        text.matches(&format!("<{member}>")).count() + in_json
    }

    /// Whether the answer has a member of this name.
    pub fn has(&self, member: &str) -> bool {
        self.count(member) > 0
    }
}

#[dyn_dispatch_hint]
impl Intercept for Said {
    fn name(&self) -> &'static str {
        "Said"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let bytes = context.response().body().bytes().unwrap_or_default().to_vec();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_counted_and_words_in_texts_are_not() {
        let said = |text: &str| Said(Arc::new(Mutex::new(text.as_bytes().to_vec())));
        assert_eq!(said("<a><IsOn>true</IsOn><b>IsOn &lt;IsOn&gt;</b></a>").count("IsOn"), 1);
        let json = said(r#"{"IsOn" : false, "Other": "\"IsOn\": true", "Word": "IsOn"}"#);
        assert_eq!((json.count("IsOn"), json.has("Off")), (1, false));
        assert!(!Said::new().has("IsOn"));
    }
}
