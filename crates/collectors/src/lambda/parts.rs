//! What the collectors of aliases and versions begin with: the functions of a region, by name.

use orgcensus_collect::{Read, Session, read as reads};
use serde::Deserialize;

pub(super) const LIST: Read<Page> = reads("lambda", "ListFunctions");

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Page {
    pub(super) functions: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Listed {
    function_name: Option<String>,
    function_arn: Option<String>,
}

/// A function.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) arn: String,
}

impl Listed {
    /// The function's name and ARN. Without a name the calls about it are not sent, which counts.
    pub(super) fn named(self, session: &Session) -> Named {
        let name = self.function_name.unwrap_or_default();
        let arn = self.function_arn.unwrap_or_else(|| session.arn("lambda", &format!("function:{name}")));
        Named { name, arn }
    }
}

impl Named {
    /// The ARN of a version or an alias of it.
    pub(super) fn qualified(&self, qualifier: &str) -> String {
        format!("{}:{qualifier}", self.arn)
    }
}
