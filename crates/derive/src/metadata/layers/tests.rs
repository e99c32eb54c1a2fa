use super::*;

/// Options that say all four: with these tokens, and others so that two layers never say the same.
fn options(tokens: &str) -> Options {
    let is_strict = tokens == "required";
    let either = |strict: &str, loose: &str| Some(if is_strict { strict } else { loose }.to_owned());
    Options {
        endpoint: either("disabled", "enabled"),
        tokens: Some(tokens.to_owned()),
        hop_limit: Some(if is_strict { 5 } else { 64 }),
        tags: either("disabled", "enabled"),
    }
}

/// The layers, the strongest first, with the names that rows give them. `launch` is what the call itself asks for.
const ORDER: [&str; 7] =
    ["launch", LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, DECLARATIVE_POLICY, ACCOUNT_DEFAULT, IMAGE, AWS_DEFAULT];

/// A world in which these layers say something of tokens, and all others nothing.
fn layers(said: &[(&'static str, &str)]) -> Layers {
    let mut launches = Vec::new();
    let mut defaults = Defaults::default();
    let mut image = None;
    for (layer, tokens) in said {
        match *layer {
            DECLARATIVE_POLICY | ACCOUNT_DEFAULT => {
                let is_declared = *layer == DECLARATIVE_POLICY;
                defaults = Defaults { options: options(tokens), is_enforced: false, is_declared };
            }
            IMAGE => image = Some("v2.0".to_owned()),
            AWS_DEFAULT => {}
            by => launches.push(Launch { by, options: options(tokens) }),
        }
    }
    Layers { launches: Ok(launches), defaults: Ok(defaults), image: Ok(image) }
}

fn told<T: Clone>(it: &Decided<T>) -> (Option<T>, &'static str) {
    (it.value.clone(), it.by.unwrap_or("nobody"))
}

fn texts(it: &Decided<String>) -> (&str, &str) {
    (it.value.as_deref().unwrap_or("null"), it.by.unwrap_or("nobody"))
}

/// Stronger layer, what it says, weaker layer, what that says. An image can only ask for tokens, and AWS for none; a
/// launch has a template or a configuration, and an account's defaults are its own or a policy's.
const PAIRS: [(&str, &str, &str, &str); 25] = [
    ("launch", "optional", LAUNCH_TEMPLATE, "required"),
    ("launch", "required", LAUNCH_TEMPLATE, "optional"),
    ("launch", "optional", DECLARATIVE_POLICY, "required"),
    ("launch", "required", DECLARATIVE_POLICY, "optional"),
    ("launch", "optional", ACCOUNT_DEFAULT, "required"),
    ("launch", "required", ACCOUNT_DEFAULT, "optional"),
    ("launch", "optional", IMAGE, "required"),
    ("launch", "required", AWS_DEFAULT, "optional"),
    (LAUNCH_TEMPLATE, "optional", DECLARATIVE_POLICY, "required"),
    (LAUNCH_TEMPLATE, "required", DECLARATIVE_POLICY, "optional"),
    (LAUNCH_TEMPLATE, "optional", ACCOUNT_DEFAULT, "required"),
    (LAUNCH_TEMPLATE, "required", ACCOUNT_DEFAULT, "optional"),
    (LAUNCH_TEMPLATE, "optional", IMAGE, "required"),
    (LAUNCH_TEMPLATE, "required", AWS_DEFAULT, "optional"),
    (LAUNCH_CONFIGURATION, "optional", DECLARATIVE_POLICY, "required"),
    (LAUNCH_CONFIGURATION, "required", DECLARATIVE_POLICY, "optional"),
    (LAUNCH_CONFIGURATION, "optional", ACCOUNT_DEFAULT, "required"),
    (LAUNCH_CONFIGURATION, "required", ACCOUNT_DEFAULT, "optional"),
    (LAUNCH_CONFIGURATION, "optional", IMAGE, "required"),
    (LAUNCH_CONFIGURATION, "required", AWS_DEFAULT, "optional"),
    (DECLARATIVE_POLICY, "optional", IMAGE, "required"),
    (DECLARATIVE_POLICY, "required", AWS_DEFAULT, "optional"),
    (ACCOUNT_DEFAULT, "optional", IMAGE, "required"),
    (ACCOUNT_DEFAULT, "required", AWS_DEFAULT, "optional"),
    (IMAGE, "required", AWS_DEFAULT, "optional"),
];

#[test]
fn of_every_two_layers_that_disagree_the_stronger_decides() {
    for (stronger, tokens, weaker, others) in PAIRS {
        let next = layers(&[(stronger, tokens), (weaker, others)]).next_launch();
        let what = format!("{stronger} {tokens}, {weaker} {others}");
        assert_eq!(texts(&next.tokens), (tokens, stronger), "{what}");
        assert!(next.unread.is_empty(), "{what}");
        if stronger == IMAGE {
            // It says nothing of these.
            assert_eq!(texts(&next.endpoint), ("enabled", AWS_DEFAULT), "{what}");
            assert_eq!(texts(&next.tags), ("disabled", AWS_DEFAULT), "{what}");
            assert_eq!(told(&next.hop_limit), (Some(2), IMAGE), "{what}");
            continue;
        }
        let expected = options(tokens);
        assert_eq!(told(&next.endpoint), (expected.endpoint, stronger), "{what}");
        assert_eq!(told(&next.tags), (expected.tags, stronger), "{what}");
        assert_eq!(told(&next.hop_limit), (expected.hop_limit, stronger), "{what}");
    }
}

#[test]
fn every_two_layers_are_among_the_pairs() {
    // These never stand together: a launch has one of the first two, an account one of the last two.
    let apart = [[LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION], [DECLARATIVE_POLICY, ACCOUNT_DEFAULT]];
    for (place, stronger) in ORDER.iter().enumerate() {
        for weaker in &ORDER[place + 1..] {
            // Auto Scaling launches by a configuration and adds nothing of its own.
            let is_no_pair =
                apart.contains(&[*stronger, *weaker]) || (*stronger, *weaker) == ("launch", LAUNCH_CONFIGURATION);
            let is_there = PAIRS.iter().any(|pair| pair.0 == *stronger && pair.2 == *weaker);
            assert_ne!(is_there, is_no_pair, "{stronger} and {weaker}");
        }
    }
}

#[test]
fn options_are_decided_apart() {
    let only_endpoint = Options { endpoint: Some("enabled".to_owned()), ..Options::default() };
    let only_hops = Options { hop_limit: Some(3), ..Options::default() };
    let next = Layers {
        launches: Ok(vec![Launch { by: LAUNCH_TEMPLATE, options: only_endpoint }]),
        defaults: Ok(Defaults { options: only_hops, ..Defaults::default() }),
        image: Ok(Some("v2.0".to_owned())),
    }
    .next_launch();
    assert_eq!(texts(&next.endpoint), ("enabled", LAUNCH_TEMPLATE));
    assert_eq!(texts(&next.tokens), ("required", IMAGE));
    assert_eq!(told(&next.hop_limit), (Some(3), ACCOUNT_DEFAULT));
    assert_eq!(texts(&next.tags), ("disabled", AWS_DEFAULT));
    let nothing = layers(&[]).next_launch();
    assert_eq!(texts(&nothing.endpoint), ("enabled", AWS_DEFAULT));
    assert_eq!((texts(&nothing.tokens), nothing.is_imdsv1_answered), (("optional", AWS_DEFAULT), Some(true)));
    assert_eq!(told(&nothing.hop_limit), (Some(1), AWS_DEFAULT));
}

/// Which layer was not read, which layer says something of tokens; then tokens, and whether IMDSv1 is answered.
type Unread = (&'static str, &'static [(&'static str, &'static str)], &'static str, Option<bool>);

const UNREAD: [Unread; 11] = [
    ("launch", &[(ACCOUNT_DEFAULT, "required")], "null", None),
    ("launch", &[(IMAGE, "required")], "null", None),
    ("launch", &[], "null", None),
    ("defaults", &[(LAUNCH_TEMPLATE, "required")], "required", Some(false)),
    // The account may enforce tokens, so the launch may fail.
    ("defaults", &[(LAUNCH_TEMPLATE, "optional")], "optional", None),
    ("defaults", &[(IMAGE, "required")], "null", None),
    ("defaults", &[], "null", None),
    ("image", &[(LAUNCH_TEMPLATE, "optional")], "optional", Some(true)),
    ("image", &[(ACCOUNT_DEFAULT, "required")], "required", Some(false)),
    ("image", &[(DECLARATIVE_POLICY, "optional")], "optional", Some(true)),
    ("image", &[], "null", None),
];

#[test]
fn what_was_not_read_is_null_with_a_reason_unless_a_stronger_layer_says_it() {
    for (unread, said, tokens, is_answered) in UNREAD {
        let mut world = layers(said);
        match unread {
            "launch" => world.launches = Err("launch"),
            "defaults" => world.defaults = Err("defaults"),
            _ => world.image = Err("image"),
        }
        let next = world.next_launch();
        let what = format!("{unread} unread, {said:?}");
        assert_eq!((texts(&next.tokens).0, next.is_imdsv1_answered), (tokens, is_answered), "{what}");
        let is_whole = is_answered.is_some();
        assert_eq!(next.unread.is_empty(), is_whole, "{what}");
        assert!(is_whole || next.unread.contains(unread), "{what}: {:?}", next.unread);
    }
    let odd = Layers { image: Ok(Some("v3.0".to_owned())), ..layers(&[]) }.next_launch();
    assert_eq!((texts(&odd.tokens), odd.unread), (("null", "nobody"), BTreeSet::from(["image_unknown"])));
}

#[test]
fn where_tokens_are_enforced_a_launch_with_imdsv1_fails() {
    let enforced = |said: &[(&'static str, &str)], endpoint: Option<&str>| {
        let mut world = layers(said);
        if let Ok(defaults) = &mut world.defaults {
            defaults.is_enforced = true;
        }
        let endpoint = Options { endpoint: endpoint.map(str::to_owned), ..Options::default() };
        if let Ok(launches) = &mut world.launches {
            launches.insert(0, Launch { by: "launch", options: endpoint });
        }
        let next = world.next_launch();
        (texts(&next.tokens).0.to_owned(), next.is_refused, next.is_imdsv1_answered)
    };
    let answer = |tokens: &str, is_refused, is_answered| (tokens.to_owned(), Some(is_refused), Some(is_answered));
    for (said, endpoint, expected) in [
        (vec![(LAUNCH_TEMPLATE, "optional")], None, answer("optional", true, false)),
        (vec![(LAUNCH_CONFIGURATION, "optional")], None, answer("optional", true, false)),
        (vec![(LAUNCH_TEMPLATE, "required")], Some("enabled"), answer("required", false, false)),
        (vec![(LAUNCH_TEMPLATE, "optional")], Some("disabled"), answer("optional", false, false)),
        (vec![(ACCOUNT_DEFAULT, "required")], Some("enabled"), answer("required", false, false)),
        (vec![(ACCOUNT_DEFAULT, "optional")], None, answer("optional", true, false)),
        (vec![(DECLARATIVE_POLICY, "required")], Some("enabled"), answer("required", false, false)),
        (vec![(IMAGE, "required")], None, answer("required", false, false)),
        (vec![], None, answer("optional", true, false)),
    ] {
        assert_eq!(enforced(&said, endpoint), expected, "{said:?} {endpoint:?}");
    }
}

#[test]
fn where_the_endpoint_is_off_nothing_is_answered() {
    for (endpoint, tokens, expected) in [
        (Some("disabled"), Some("optional"), Some(false)),
        (Some("disabled"), None, Some(false)),
        (Some("enabled"), Some("optional"), Some(true)),
        (Some("enabled"), Some("required"), Some(false)),
        (None, Some("required"), Some(false)),
        (None, Some("optional"), None),
        (Some("enabled"), None, None),
        (Some("moody"), Some("optional"), None),
    ] {
        assert_eq!(is_imdsv1_answered(endpoint, tokens), expected, "{endpoint:?} {tokens:?}");
    }
}
