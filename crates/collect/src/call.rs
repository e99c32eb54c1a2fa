//! An SDK operation and the IAM action that it needs.

/// One operation that a collector calls. From these the permissions, the limiter's keys and `plan` follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Call {
    /// The service by its SDK's name, `secretsmanager`.
    pub service: &'static str,
    /// The operation, `ListSecrets`.
    pub operation: &'static str,
    action: Option<&'static str>,
}

/// A call whose IAM action has the names of its service and operation.
pub const fn call(service: &'static str, operation: &'static str) -> Call {
    Call { service, operation, action: None }
}

impl Call {
    /// A call that needs another IAM action: `call("s3", "ListBuckets").needs("s3:ListAllMyBuckets")`.
    pub const fn needs(self, action: &'static str) -> Self {
        Self { action: Some(action), ..self }
    }

    /// The IAM action, `secretsmanager:ListSecrets`.
    pub fn action(&self) -> String {
        self.action.map_or_else(|| format!("{}:{}", self.service, self.operation), str::to_owned)
    }
}
