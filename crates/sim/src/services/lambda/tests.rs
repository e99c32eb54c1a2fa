//! Versions, aliases and layers as a client sees them.

use crate::testing::{Client, quiet};
use serde_json::Value;

fn listed(client: &Client, path: &str, member: &str) -> Vec<Value> {
    client.get("lambda", path).json()[member].as_array().cloned().unwrap_or_default()
}

#[test]
fn versions_aliases_and_layers_have_policies_of_their_own() {
    let client = Client::new(quiet(40, 1));
    let (mut aliases, mut versions, mut layers) = (0, 0, 0);
    for caller in (1..40).filter_map(|index| client.assume(index, "").ok()) {
        let has_policy = |path: &str| caller.get("lambda", path).status == 200;
        for function in listed(&caller, "/2015-03-31/functions", "Functions") {
            let name = function["FunctionName"].as_str().unwrap();
            let own = format!("/2015-03-31/functions/{name}");
            let (found, published) = (
                listed(&caller, &format!("{own}/aliases"), "Aliases"),
                listed(&caller, &format!("{own}/versions"), "Versions"),
            );
            assert_eq!(published[0]["Version"], "$LATEST");
            let qualifiers = found.iter().map(|it| (&it["Name"], &it["AliasArn"]));
            let all = qualifiers.chain(published[1..].iter().map(|it| (&it["Version"], &it["FunctionArn"])));
            for (qualifier, arn) in all {
                let qualifier = qualifier.as_str().unwrap();
                let arn = arn.as_str().unwrap().replace(':', "%3A");
                let by_name = caller.get("lambda", &format!("{own}/policy?Qualifier={qualifier}"));
                let by_arn = caller.get("lambda", &format!("/2026-07-09/resource-policy/{arn}"));
                assert_eq!((by_name.status, &by_name.body), (by_arn.status, &by_arn.body), "{arn}");
                let count = if qualifier.parse::<u64>().is_ok() { &mut versions } else { &mut aliases };
                *count += i32::from(by_name.status == 200);
            }
        }
        for layer in listed(&caller, "/2018-10-31/layers", "Layers") {
            let own = format!("/2018-10-31/layers/{}/versions", layer["LayerName"].as_str().unwrap());
            for version in listed(&caller, &own, "LayerVersions") {
                layers += i32::from(has_policy(&format!("{own}/{}/policy", version["Version"])));
            }
        }
    }
    assert!(aliases > 0 && versions > 0 && layers > 0, "{aliases} {versions} {layers}");
}
