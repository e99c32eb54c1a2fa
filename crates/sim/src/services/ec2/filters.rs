//! The filters of EC2's lists: `Filter.1.Name=resource-id&Filter.1.Value.1=vpc-1`.

use crate::context::Context;

/// Whether something passes all filters of a call. `values` are those that it has for a filter, by the filter's name;
/// none if the simulated organization does not know the filter, which then keeps nothing out.
pub(super) fn passes<'v>(context: &Context<'_>, values: impl Fn(&str) -> Option<Vec<&'v str>>) -> bool {
    let request = context.request;
    let named = (1..).map_while(|number| Some((number, request.text(&format!("Filter.{number}.Name"))?)));
    for (number, name) in named {
        let wanted = request.texts(&format!("Filter.{number}.Value"));
        if values(name).is_some_and(|its| !its.iter().any(|value| wanted.contains(value))) {
            return false;
        }
    }
    true
}
