//! AWS Config: whether it records in an account and region, and what it leaves out.

use orgcensus_collectors::config::recorders;

use super::rows::{Manager, ReadService};
use crate::three_valued::{all, any};

/// The types of IAM, which belong to no region. A recorder has them all or none.
const GLOBAL_TYPES: [&str; 4] = ["AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User"];

/// What counts of a recorder.
#[derive(Debug, Clone, Default)]
pub(super) struct Recorder {
    pub(super) is_recording: Option<bool>,
    /// Whether it records all types but those of IAM. None: it is not known, or it records some by name.
    pub(super) is_all_types: Option<bool>,
    pub(super) has_global_types: Option<bool>,
    /// The types that it leaves out, where it records all others.
    pub(super) excluded_types: Option<Vec<String>>,
}

impl Recorder {
    pub(super) fn read(it: &recorders::RecorderRef<'_>) -> Self {
        let is_excluding = it.recording_strategy == Some("EXCLUSION_BY_RESOURCE_TYPES");
        Self {
            is_recording: it.is_recording,
            is_all_types: it.is_all_types,
            has_global_types: it.has_global_types,
            excluded_types: is_excluding.then(|| it.excluded_types.iter().map(str::to_owned).collect()),
        }
    }

    /// The types that it leaves out. None: it is not known, as where it records some types by name.
    fn unrecorded(&self) -> Option<Vec<String>> {
        if let Some(types) = &self.excluded_types {
            return Some(types.clone());
        }
        let has_global_types = self.has_global_types.filter(|_| self.is_all_types == Some(true))?;
        let left_out = if has_global_types { &[][..] } else { &GLOBAL_TYPES[..] };
        Some(left_out.iter().map(|it| (*it).to_owned()).collect())
    }
}

/// Config in an account and region: a recorder records, and its files go somewhere.
pub(super) fn config(recorders: &[Recorder], has_channel: bool, are_all_read: bool) -> ReadService {
    // A region has one at most.
    let unread = (recorders.is_empty() && !are_all_read).then_some(None);
    let records = any(recorders.iter().map(|it| it.is_recording).chain(unread));
    let delivers = has_channel.then_some(true).or(are_all_read.then_some(false));
    ReadService {
        is_complete: are_all_read,
        is_on: all([records, delivers]),
        manager: Manager::Account,
        ..ReadService::default()
    }
}

/// What Security Hub CSPM needs of Config: whether it is there, what is missing, and the types that are left out. Which
/// types its controls use is not known here, so only a recorder that leaves out none certainly has them.
pub(super) fn needs_of_hub(
    is_config_on: Option<bool>,
    recorders: &[Recorder],
) -> (Option<bool>, Option<&'static str>, Option<Vec<String>>) {
    match is_config_on {
        Some(false) => (Some(false), Some("config_recorder"), None),
        None => (None, None, None),
        Some(true) => {
            let recording = recorders.iter().find(|it| it.is_recording == Some(true));
            let unrecorded = recording.and_then(Recorder::unrecorded);
            (unrecorded.as_ref().filter(|types| types.is_empty()).map(|_| true), None, unrecorded)
        }
    }
}
