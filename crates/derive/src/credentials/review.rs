//! What is to be said of one user, or of the root user of an account: its class, every reason why it is on the
//! worklist, and the next step. Facts in, a judgement out.
//!
//! The order of the steps is safe: nothing is deactivated that somebody used within a year before its owner was asked,
//! and nothing is deleted before it was inactive for [`REST_DAYS`], as earlier nights saw it.

/// A credential that was not used for longer is idle. One that was never used counts by its age.
pub(super) const IDLE_DAYS: i32 = 90;
/// Nobody counts on what was not used for longer, not even a job that runs once a year.
pub(super) const LONG_IDLE_DAYS: i32 = 365;
/// What was used since then is in use.
pub(super) const IN_USE_DAYS: i32 = 30;
/// A key that is older is to be rotated.
pub(super) const KEY_AGE_DAYS: i32 = 90;
/// Two active keys are a rotation in progress while the newer one is not older.
pub(super) const ROTATION_DAYS: i32 = 30;
/// How long something must have been inactive before it is deleted.
pub(super) const REST_DAYS: i32 = 90;

/// When a credential was last used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Use {
    /// So many days ago.
    Days(i32),
    Never,
    #[default]
    Unread,
}

/// A password or an access key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Credential {
    /// How a reader finds it: `password`, a key's id, or its place in the report.
    pub(super) name: String,
    pub(super) is_active: Option<bool>,
    pub(super) age_days: Option<i32>,
    pub(super) used: Use,
}

/// How an active credential is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lapse {
    NeverUsed,
    Idle,
    LongIdle,
}

/// Where the facts about a user come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// The credential report has a line of it.
    #[default]
    InReport,
    /// The report was made before the user was.
    NotInReport,
    /// There is no report.
    NoReport,
    /// IAM does not list the user any more.
    Gone,
}

/// What is known of a user, or of a root user.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) is_root: bool,
    pub(super) standing: Standing,
    /// Whether the report is older than a day.
    pub(super) has_old_report: bool,
    pub(super) password: Credential,
    pub(super) has_mfa: Option<bool>,
    /// The access keys that are described, active or not.
    pub(super) keys: Vec<Credential>,
    /// Whether there may be more keys, of which nothing is known.
    pub(super) has_keys_beyond: bool,
    /// Certificates, SSH keys and credentials of one service: their kind, and whether each is active.
    pub(super) others: Vec<(&'static str, Option<bool>)>,
    /// Whether all of those were read.
    pub(super) has_all_others: bool,
}

/// What is said of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) class: Option<&'static str>,
    pub(super) class_facts: Vec<&'static str>,
    pub(super) reasons: Vec<&'static str>,
    pub(super) next_step: Option<&'static str>,
    /// The names of the credentials that the next step is about. Empty: the user as a whole, or no step.
    pub(super) next_step_about: Vec<String>,
}

impl Credential {
    pub(super) fn is_on(&self) -> bool {
        self.is_active == Some(true)
    }

    fn lapse(&self) -> Option<Lapse> {
        match (self.is_on(), self.used, self.age_days) {
            (true, Use::Days(days), _) if days > LONG_IDLE_DAYS => Some(Lapse::LongIdle),
            (true, Use::Days(days), _) if days > IDLE_DAYS => Some(Lapse::Idle),
            (true, Use::Never, Some(age)) if age > IDLE_DAYS => Some(Lapse::NeverUsed),
            _ => None,
        }
    }

    fn is_idle(&self) -> bool {
        matches!(self.lapse(), Some(Lapse::Idle | Lapse::LongIdle))
    }

    fn is_never_used(&self) -> bool {
        self.lapse() == Some(Lapse::NeverUsed)
    }

    /// Whether it is a key that is to be rotated.
    fn is_old(&self) -> bool {
        self.is_on() && self.age_days.is_some_and(|age| age > KEY_AGE_DAYS)
    }

    fn is_in_use(&self) -> bool {
        matches!(self.used, Use::Days(days) if days <= IN_USE_DAYS)
    }

    /// Whether it is not known if it is active, or if it is used.
    fn is_unread(&self) -> bool {
        matches!(
            (self.is_active, self.used, self.age_days),
            (None, ..) | (Some(true), Use::Unread, _) | (Some(true), Use::Never, None)
        )
    }
}

impl Facts {
    /// Whether nothing of it works any more, although it is still there: of root, its access keys. None: not known.
    pub(super) fn is_inactive(&self) -> Option<bool> {
        if self.standing != Standing::InReport {
            return None;
        }
        if self.is_root && self.keys.is_empty() {
            return Some(false);
        }
        let keys = self.keys.iter().map(|key| key.is_active);
        let rest = [self.password.is_active].into_iter().chain(self.others.iter().map(|(_, is_active)| *is_active));
        let all: Vec<Option<bool>> = if self.is_root { keys.collect() } else { keys.chain(rest).collect() };
        let is_unread = !self.is_root && (self.has_keys_beyond || !self.has_all_others);
        if all.contains(&Some(true)) {
            Some(false)
        } else if is_unread || all.contains(&None) {
            None
        } else {
            Some(true)
        }
    }

    /// The judgement. `inactive_days`: for how long earlier nights saw it inactive; none if they do not say.
    pub(super) fn judge(&self, inactive_days: Option<i32>) -> Judgement {
        let reasons = self.reasons();
        let (next_step, about) = self.next_step(&reasons, inactive_days).unzip();
        Judgement {
            class: self.class(),
            class_facts: self.class_facts(),
            next_step,
            next_step_about: about.unwrap_or_default().into_iter().map(|it| it.name.clone()).collect(),
            reasons,
        }
    }

    fn active_keys(&self) -> Vec<&Credential> {
        self.keys.iter().filter(|key| key.is_on()).collect()
    }

    /// Who uses it: a person signs in, a program has a key. None: not known.
    fn class(&self) -> Option<&'static str> {
        if matches!(self.standing, Standing::NotInReport | Standing::NoReport) {
            return None;
        }
        let person = match self.password.used {
            Use::Days(_) => true,
            Use::Never => false,
            Use::Unread => return None,
        };
        Some(match (person, self.is_used_by_program()?) {
            (true, true) => "both",
            (true, false) => "person",
            (false, true) => "program",
            (false, false) => "never_used",
        })
    }

    /// Of what is neither a password nor a key AWS does not say when it was used.
    fn is_used_by_program(&self) -> Option<bool> {
        if self.keys.iter().any(|key| matches!(key.used, Use::Days(_))) {
            return Some(true);
        }
        let may_be_used = self.others.iter().any(|(_, is_active)| *is_active != Some(false));
        let is_unread = self.has_keys_beyond || self.keys.iter().any(|key| key.used == Use::Unread);
        let is_known = !is_unread && !may_be_used && (self.is_root || self.has_all_others);
        is_known.then_some(false)
    }

    /// The facts that the class rests on.
    fn class_facts(&self) -> Vec<&'static str> {
        let mut facts: Vec<&'static str> = Vec::new();
        let mut add = |so: bool, fact: &'static str| facts.extend(so.then_some(fact));
        add(self.password.is_on(), "password_enabled");
        add(matches!(self.password.used, Use::Days(_)), "password_used");
        add(self.has_mfa == Some(true), "mfa_device");
        add(self.keys.iter().any(Credential::is_on), "active_access_key");
        add(self.keys.iter().any(|key| matches!(key.used, Use::Days(_))), "access_key_used");
        add(self.has_keys_beyond, "access_keys_unread");
        let mut others: Vec<_> = self.others.iter().filter(|it| it.1 == Some(true)).map(|(kind, _)| *kind).collect();
        others.sort_unstable();
        others.dedup();
        facts.extend(others);
        facts
    }

    /// Every reason why it is on the worklist.
    fn reasons(&self) -> Vec<&'static str> {
        match self.standing {
            Standing::NoReport => return vec!["report_missing"],
            Standing::NotInReport => return vec!["not_in_report"],
            Standing::Gone => return vec!["user_gone"],
            Standing::InReport => {}
        }
        let (active, is_inactive) = (self.active_keys(), self.is_inactive());
        let any = |test: fn(&Credential) -> bool| active.iter().any(|key| test(key));
        let lapsed = active.iter().filter(|key| key.lapse().is_some()).count();
        let newest = active.iter().filter_map(|key| key.age_days).min();
        let in_use = active.iter().filter(|key| key.is_in_use()).count();
        let has_left = self.keys.iter().any(|key| key.is_active == Some(false));
        let mut reasons: Vec<&'static str> = Vec::new();
        let mut add = |so: bool, reason: &'static str| reasons.extend(so.then_some(reason));
        add(self.has_old_report, "report_old");
        add(self.is_unread(), "facts_unread");
        add(!self.is_root && self.password.is_never_used(), "password_never_used");
        add(!self.is_root && self.password.is_idle(), "password_idle");
        add(self.lacks_mfa(), "no_mfa");
        add(self.is_root && !active.is_empty(), "root_access_key");
        add(self.is_root && is_inactive == Some(true), "root_access_key_inactive");
        add(self.is_root && (self.password.is_in_use() || self.keys.iter().any(Credential::is_in_use)), "root_used");
        add(any(Credential::is_never_used), "key_never_used");
        add(any(Credential::is_idle), "key_idle");
        add(any(Credential::is_old), "key_old");
        add(in_use > 1 && newest.is_some_and(|age| age > ROTATION_DAYS), "two_keys_in_use");
        add(lapsed > 0 && lapsed < active.len(), "idle_key_beside_another");
        add(self.keys.len() > 2 || self.has_keys_beyond, "keys_beyond_two");
        add(has_left && !active.is_empty(), "inactive_key_left");
        add(!self.is_root && self.class() == Some("both"), "person_and_program");
        add(!self.is_root && is_inactive == Some(true), "nothing_active");
        reasons
    }

    /// Whether somebody may sign in by a password alone; root also by keys alone. A program's user has no password, and
    /// a device would not guard its keys.
    fn lacks_mfa(&self) -> bool {
        let may_sign_in = match self.is_root {
            true => self.password.is_active != Some(false) || !self.keys.is_empty(),
            false => self.password.is_on(),
        };
        may_sign_in && self.has_mfa == Some(false)
    }

    /// Whether something that decides is not known. The report does not say of root whether it has a password.
    fn is_unread(&self) -> bool {
        let is_password_unread = !self.is_root && self.password.is_unread();
        let needs_mfa = self.is_root || self.password.is_on();
        is_password_unread
            || self.keys.iter().any(Credential::is_unread)
            || (needs_mfa && self.has_mfa.is_none())
            || self.has_keys_beyond
            || self.is_inactive().is_none()
    }

    /// The next step in the safe order, and the credentials that it is about: beside the one that nobody uses may be one
    /// that production does. None: nothing is to be done, or too little is known.
    fn next_step(
        &self,
        reasons: &[&'static str],
        inactive_days: Option<i32>,
    ) -> Option<(&'static str, Vec<&Credential>)> {
        if self.standing != Standing::InReport {
            return None;
        }
        let has = |reason: &str| reasons.contains(&reason);
        let own = Some(&self.password).filter(|_| !self.is_root);
        let of = |test: fn(&Credential) -> bool| self.keys.iter().chain(own).filter(|it| test(it)).collect::<Vec<_>>();
        let (idle, lapsed) = (of(|it| it.lapse() == Some(Lapse::Idle)), of(|it| it.lapse().is_some()));
        let root_keys_in_use: Vec<_> = self.active_keys().into_iter().filter(|key| key.lapse().is_none()).collect();
        let asked = ["two_keys_in_use", "person_and_program", "keys_beyond_two", "inactive_key_left", "root_used"];
        let (step, about) = if self.is_root && !root_keys_in_use.is_empty() {
            ("confirm_with_owner", root_keys_in_use)
        } else if !idle.is_empty() {
            ("confirm_with_owner", idle)
        } else if !lapsed.is_empty() {
            ("deactivate", lapsed)
        } else if has("no_mfa") {
            ("add_mfa", vec![])
        } else if asked.into_iter().any(has) {
            ("confirm_with_owner", vec![])
        } else if has("key_old") {
            ("replace_or_rotate", self.active_keys().into_iter().filter(|key| key.is_old()).collect())
        } else if self.is_inactive() == Some(true) {
            (if inactive_days >= Some(REST_DAYS) { "delete" } else { "wait" }, vec![])
        } else {
            return None;
        };
        // What a day-old report says may have changed.
        let step = match step {
            "deactivate" if self.has_old_report => "confirm_with_owner",
            "delete" if self.has_old_report => "wait",
            step => step,
        };
        Some((step, about))
    }
}
