//! What an Athena user types and the engine lacks, or means otherwise: functions of Trino, lambdas, `CROSS JOIN
//! UNNEST`. What is still not accepted is said with the form that every engine has.

use std::ops::ControlFlow;

use datafusion::common::config::Dialect;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::ScalarUDF;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{Expr, visit_expressions};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use crate::Error;

mod contains;
mod date_diff;
mod element_at;
mod json_extract_scalar;
mod unnest;

pub(crate) use unnest::rewrite;

/// Functions of Athena that the engine lacks or means otherwise, and how to ask the same in every engine.
const PORTABLE: &[(&str, &str)] = &[
    ("all_match", "NOT any_match(list, it -> NOT (…)); in every engine a child table with a row for each element"),
    ("arbitrary", "MIN(…)"),
    ("at_timezone", "all moments are UTC"),
    ("count_if", "COUNT(*) FILTER (WHERE …)"),
    ("date_add", "a column of days (age_days, last_used_days) beside a number, or CURRENT_DATE - INTERVAL '30' DAY"),
    ("date_format", "DATE_TRUNC('day', moment), or the columns of days"),
    ("date_parse", "TIMESTAMP '2026-11-22 00:00:00'"),
    ("day_of_week", "EXTRACT(DOW FROM moment)"),
    ("filter", "a child table with a row for each element, or any_match(list, it -> …) here"),
    ("from_iso8601_timestamp", "TIMESTAMP '2026-11-22 00:00:00'"),
    ("if", "CASE WHEN … THEN … ELSE … END"),
    ("json_extract", "json_extract_scalar(text, '$.name') for one value"),
    ("json_parse", "json_extract_scalar(text, '$.name') for one value"),
    ("max_by", "ROW_NUMBER() OVER (PARTITION BY … ORDER BY … DESC)"),
    ("min_by", "ROW_NUMBER() OVER (PARTITION BY … ORDER BY …)"),
    ("none_match", "NOT any_match(list, it -> …)"),
    ("reduce", "a child table and SUM"),
    ("transform", "a child table with a row for each element, or CROSS JOIN UNNEST(list) AS u (it) here"),
    ("try", "CASE WHEN … THEN … END"),
    ("year", "EXTRACT(YEAR FROM moment)"),
];

/// What is said of an UNNEST that cannot be planned.
const UNNEST: &str = "UNNEST: a child table with a row for each element; here one list of the first table after FROM, \
    with one name and no lambda beside it: FROM iam_roles AS r CROSS JOIN UNNEST(r.flags) AS u (flag)";

/// Adds the functions.
pub(crate) fn register(context: &SessionContext) {
    context.register_udf(ScalarUDF::new_from_impl(contains::Contains::new()));
    context.register_udf(ScalarUDF::new_from_impl(date_diff::DateDiff::new()));
    context.register_udf(ScalarUDF::new_from_impl(element_at::ElementAt::new()));
    context.register_udf(ScalarUDF::new_from_impl(json_extract_scalar::JsonExtractScalar::new()));
}

/// The dialect that has what the SQL uses: lambdas are not in the usual one, which reads their arrow as an operator.
pub(crate) fn dialect(sql: &str, usual: Dialect) -> Dialect {
    let tokens = || Tokenizer::new(&GenericDialect {}, sql).tokenize();
    let has_lambda = sql.contains("->") && tokens().is_ok_and(|tokens| tokens.contains(&Token::Arrow));
    if has_lambda { Dialect::DuckDB } else { usual }
}

/// The error where a list is still unnested that cannot be: the engine would plan it and fail later.
pub(crate) fn refused(statement: &Statement) -> Option<Error> {
    let Statement::Statement(statement) = statement else { return None };
    let source = || Box::new(DataFusionError::NotImplemented("UNNEST of a column after FROM".to_owned()));
    unnest::is_in(statement).then(|| Error::NotPortable { source: source(), portable: UNNEST.to_owned() })
}

/// How every engine is asked for what the statement uses and the engine does not have; none if nothing is known of it.
pub(crate) fn portable_form(statement: &Statement) -> Option<String> {
    let Statement::Statement(statement) = statement else { return None };
    let mut forms = Vec::new();
    let _: ControlFlow<()> = visit_expressions(&**statement, |expr| {
        if let Expr::Function(function) = expr {
            let name = function.name.to_string().to_ascii_lowercase();
            let known = PORTABLE.iter().find(|(unknown, _)| *unknown == name);
            forms.extend(known.map(|(name, form)| format!("{}: {form}", name.to_ascii_uppercase())));
        }
        ControlFlow::Continue(())
    });
    forms.dedup();
    (!forms.is_empty()).then(|| forms.join("; "))
}

#[cfg(test)]
mod tests;
