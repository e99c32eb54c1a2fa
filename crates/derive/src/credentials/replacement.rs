//! What could take the place of a user: Identity Center for a person, a role for a program.

use std::collections::BTreeSet;

/// Where an account runs programs that could have a role of their own: the regions.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) instances: BTreeSet<String>,
    pub(super) functions: BTreeSet<String>,
    pub(super) tasks: BTreeSet<String>,
}

impl Places {
    /// What could take the place of a user of this class. `region` is where its key was last used; none if that is not
    /// known, as of services without regions.
    pub(super) fn replacements(&self, class: Option<&str>, region: Option<&str>) -> Vec<&'static str> {
        let (is_person, is_program) =
            (matches!(class, Some("person" | "both")), matches!(class, Some("program" | "both")));
        let mut found = Vec::new();
        if is_person {
            found.push("identity_center");
        }
        if is_program {
            found.extend(self.roles(region));
        }
        found
    }

    /// The roles that a program there could have. Where nothing runs that has one, it runs outside of the account.
    fn roles(&self, region: Option<&str>) -> Vec<&'static str> {
        let is_there = |regions: &BTreeSet<String>| match region {
            Some(region) => regions.contains(region),
            None => !regions.is_empty(),
        };
        let roles =
            [("instance_role", &self.instances), ("function_role", &self.functions), ("task_role", &self.tasks)];
        let found: Vec<_> = roles.into_iter().filter(|(_, regions)| is_there(regions)).map(|(role, _)| role).collect();
        if found.is_empty() { vec!["workload_federation"] } else { found }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_identity_center_and_a_program_the_role_of_what_runs_where_its_key_was_used() {
        let regions = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let places = Places {
            instances: regions(&["eu-west-1", "us-east-1"]),
            functions: regions(&["eu-west-1"]),
            tasks: regions(&[]),
        };
        for (class, region, expected) in [
            (Some("person"), None, "identity_center"),
            (Some("program"), Some("eu-west-1"), "instance_role function_role"),
            (Some("program"), Some("us-east-1"), "instance_role"),
            (Some("program"), Some("ap-southeast-2"), "workload_federation"),
            (Some("program"), None, "instance_role function_role"),
            (Some("both"), Some("us-east-1"), "identity_center instance_role"),
            (Some("never_used"), Some("us-east-1"), ""),
            (None, Some("us-east-1"), ""),
        ] {
            assert_eq!(places.replacements(class, region).join(" "), expected, "{class:?} {region:?}");
        }
        assert_eq!(Places::default().replacements(Some("program"), None), ["workload_federation"]);
    }
}
