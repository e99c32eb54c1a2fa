//! Who can reach a resource.

/// Three answers. An answer is none if a census cannot know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) is_public: Option<bool>,
    pub(crate) is_external: Option<bool>,
    pub(crate) is_in_org: Option<bool>,
}

impl Verdict {
    /// Nobody but the resource's own account and AWS's services.
    pub(crate) const CLOSED: Self = Self::known(false, false, false);
    /// Another account of the organization.
    pub(crate) const IN_ORG: Self = Self::known(false, false, true);
    /// Someone outside of the organization.
    pub(crate) const EXTERNAL: Self = Self::known(false, true, false);
    /// Everyone.
    pub(crate) const PUBLIC: Self = Self::known(true, true, true);
    /// Not everyone, but a principal whose account is not known.
    pub(crate) const UNRESOLVED: Self = Self { is_public: Some(false), is_external: None, is_in_org: None };
    /// The policy cannot be read, or it cannot be understood.
    pub(crate) const UNKNOWN: Self = Self { is_public: None, is_external: None, is_in_org: None };

    const fn known(is_public: bool, is_external: bool, is_in_org: bool) -> Self {
        Self { is_public: Some(is_public), is_external: Some(is_external), is_in_org: Some(is_in_org) }
    }

    /// Whether it closes to everyone what a policy of this verdict opens.
    pub(crate) fn shuts(self, by_policy: Self) -> bool {
        by_policy.is_public == Some(true) && self.is_public == Some(false)
    }

    /// Joins the verdicts of two ways in: yes if one says yes, unknown if neither says yes and one is unknown.
    pub(crate) fn or(self, other: Self) -> Self {
        let or = |left: Option<bool>, right: Option<bool>| match (left, right) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        };
        Self {
            is_public: or(self.is_public, other.is_public),
            is_external: or(self.is_external, other.is_external),
            is_in_org: or(self.is_in_org, other.is_in_org),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict;

    #[test]
    fn yes_wins_and_unknown_beats_no() {
        assert_eq!(Verdict::UNKNOWN.or(Verdict::PUBLIC), Verdict::PUBLIC);
        assert_eq!(Verdict::CLOSED.or(Verdict::UNRESOLVED), Verdict::UNRESOLVED);
        assert_eq!(Verdict::CLOSED.or(Verdict::IN_ORG), Verdict::IN_ORG);
    }
}
