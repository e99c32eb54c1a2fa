use super::{CHANGES, Change};
use crate::testing::{Client, quiet};
use crate::{ChangeTruth, Settings, Simulation};

fn changes(night: u32) -> Vec<ChangeTruth> {
    Simulation::new(quiet(3, 4).at_night(night)).truth().changes
}

#[test]
fn each_night_adds_its_changes_to_those_of_the_nights_before() {
    assert_eq!(changes(0), Vec::new(), "the first night");
    let (first, third) = (changes(1), changes(3));
    assert_eq!(third[..first.len()], first[..]);
    let names = |night: u32| -> Vec<&str> { third.iter().filter(|it| it.night == night).map(|it| it.change).collect() };
    assert!(names(1).contains(&"user_added") && names(1).contains(&"root_used"), "{third:?}");
    assert!(!names(2).contains(&"user_removed") && names(3).contains(&"user_removed"), "{third:?}");
    let removed = third.iter().find(|it| it.change == "user_removed").unwrap();
    assert_eq!((removed.night, removed.who.as_str()), (3, "night-1"));
}

#[test]
fn whatever_the_seed_each_change_is_made_in_four_nights() {
    for accounts in [1, 4] {
        for seed in 1..=20 {
            let made = Simulation::new(quiet(accounts, seed).at_night(3)).truth().changes;
            for change in CHANGES.map(Change::name) {
                assert!(made.iter().any(|it| it.change == change), "{accounts} {seed} {change}: {made:?}");
            }
            // Rules look for these between two nights of which both had a credential report, the third has none.
            assert!(made.iter().any(|it| it.night == 1 && it.change == "mfa_removed"), "{accounts} {seed}: {made:?}");
            let last = [
                "policy_attached",
                "policy_made",
                "root_key_made",
                "root_mfa_removed",
                "root_used",
                "trust_changed",
                "user_added",
                "user_replaced",
            ];
            let is_last = |change: &&str| made.iter().any(|it| it.night == 3 && it.change == *change);
            assert!(last.iter().all(is_last), "{accounts} {seed}: {made:?}");
        }
    }
}

#[test]
fn root_is_hardened_before_its_key_is_made_and_its_device_removed() {
    let cells = |night: u32| Simulation::new(quiet(1, 5).at_night(night)).truth().cells;
    let of_root = |night: u32| {
        let cells = cells(night);
        ["mfa_type = 'other'", "mfa_type = 'none'", "has_access_key"]
            .map(|condition| cells[format!("iam_root_users WHERE {condition}").as_str()])
    };
    assert_eq!(of_root(2), [1, 0, 0]);
    assert_eq!(of_root(3), [0, 1, 1]);
    assert_eq!(of_root(4), [1, 0, 0]);
}

#[test]
fn who_is_made_again_under_the_same_name_is_another_one() {
    for seed in 1..=20 {
        let ids = |night: u32| {
            let client = Client::new(quiet(1, seed).at_night(night));
            client.query("iam", "Action=GetUser&UserName=night-2").elements("UserId")
        };
        let (made, again) = (ids(2), ids(3));
        assert!(made.len() == 1 && again.len() == 1 && made != again, "seed {seed}: {made:?} {again:?}");
        let changes = Simulation::new(quiet(1, seed).at_night(3)).truth().changes;
        let replaced: Vec<_> = changes.iter().filter(|it| it.change == "user_replaced").collect();
        assert!(
            replaced.len() == 1 && replaced[0].night == 3 && replaced[0].who == "night-2",
            "seed {seed}: {replaced:?}"
        );
    }
}

#[test]
fn all_else_stays_as_it_was() {
    let settings = quiet(3, 4);
    let (first, later) =
        (Simulation::new(settings.clone()).truth(), Simulation::new(settings.clone().at_night(5)).truth());
    assert_eq!(later.resources, first.resources);
    assert_eq!(later.tables["iam_users"], first.tables["iam_users"] + 2, "five were added, three are gone");
    assert_eq!(later.tables["iam_roles"], first.tables["iam_roles"]);
    let at = |settings: &Settings| settings.now_millis;
    assert_eq!(at(&settings.clone().at_night(5)) - at(&settings), 5 * 86_400_000);
    assert_eq!(settings.clone().at_night(5).at_night(0), settings);
}
