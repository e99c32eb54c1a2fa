//! Condition operators: what is compared, how, and what a missing key means (C7–C9).

/// How a key's value is compared with the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// `StringEquals`: wildcards are plain characters.
    Exact,
    /// `StringEqualsIgnoreCase`.
    ExactIgnoringCase,
    /// `StringLike`: wildcards cross colons and slashes.
    Like,
    /// `ArnEquals` and `ArnLike`, which are the same: field by field.
    Arn,
    /// `IpAddress`.
    Ip,
    /// `Bool`.
    Bool,
    /// `Null`: whether the key is missing.
    Null,
    /// Numbers, dates and binary: they bound no principal.
    Other,
}

/// An operator taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operator {
    /// What is compared.
    pub(crate) comparison: Comparison,
    /// Whether it is a `Not` operator.
    pub(crate) negated: bool,
    /// `IfExists`: true when the key is missing.
    pub(crate) if_exists: bool,
    /// `ForAllValues`: true when the key is missing.
    pub(crate) for_all: bool,
    /// `ForAnyValue`: false when the key is missing, even with a `Not` operator.
    pub(crate) for_any: bool,
}

impl Operator {
    /// Reads an operator, in any case. `None` is one that IAM does not have.
    pub(crate) fn parse(text: &str) -> Option<Operator> {
        let lower = text.to_ascii_lowercase();
        let (for_all, rest) = strip(&lower, "forallvalues:");
        let (for_any, rest) = strip(rest, "foranyvalue:");
        let (if_exists, name) = rest.strip_suffix("ifexists").map_or((false, rest), |name| (true, name));
        let (comparison, negated) = match name {
            "stringequals" => (Comparison::Exact, false),
            "stringnotequals" => (Comparison::Exact, true),
            "stringequalsignorecase" => (Comparison::ExactIgnoringCase, false),
            "stringnotequalsignorecase" => (Comparison::ExactIgnoringCase, true),
            "stringlike" => (Comparison::Like, false),
            "stringnotlike" => (Comparison::Like, true),
            "arnequals" | "arnlike" => (Comparison::Arn, false),
            "arnnotequals" | "arnnotlike" => (Comparison::Arn, true),
            "ipaddress" => (Comparison::Ip, false),
            "notipaddress" => (Comparison::Ip, true),
            "bool" => (Comparison::Bool, false),
            "null" => (Comparison::Null, false),
            "binaryequals"
            | "numericequals"
            | "numericlessthan"
            | "numericlessthanequals"
            | "numericgreaterthan"
            | "numericgreaterthanequals"
            | "dateequals"
            | "datelessthan"
            | "datelessthanequals"
            | "dategreaterthan"
            | "dategreaterthanequals" => (Comparison::Other, false),
            "numericnotequals" | "datenotequals" => (Comparison::Other, true),
            _ => return None,
        };
        // `Null` takes neither suffix nor prefix.
        let is_odd = comparison == Comparison::Null && (if_exists || for_all || for_any);
        (!is_odd).then_some(Operator { comparison, negated, if_exists, for_all, for_any })
    }

    /// Whether the condition is true for a request that lacks the key, although the operator is positive (C8).
    pub(crate) fn holds_when_missing(self) -> bool {
        self.if_exists || self.for_all
    }

    /// Whether the condition is false for a request that lacks the key: a positive operator's is, and that of
    /// `ForAnyValue` with any.
    pub(crate) fn fails_when_missing(self) -> bool {
        !self.holds_when_missing() && (!self.negated || self.for_any)
    }
}

fn strip<'a>(text: &'a str, prefix: &str) -> (bool, &'a str) {
    text.strip_prefix(prefix).map_or((false, text), |rest| (true, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p2_operators_are_read_in_any_case() {
        let operator = Operator::parse("forALLvalues:stringNOTlikeifexists").unwrap();
        assert_eq!(operator.comparison, Comparison::Like);
        assert!(operator.negated && operator.if_exists && operator.for_all && !operator.for_any);
    }

    #[test]
    fn p7_what_iam_does_not_have_is_unknown() {
        for text in
            ["StringMatches", "ForAnyValuesStringLike", "ForAnyValues:StringLike", "", "IfExists", "NullIfExists"]
        {
            assert_eq!(Operator::parse(text), None, "{text}");
        }
    }
}
