//! `FROM iam_roles AS r CROSS JOIN UNNEST(r.flags) AS u (flag)`, which the engine cannot plan, as
//! `FROM (SELECT r.*, UNNEST(r.flags) AS flag FROM iam_roles AS r) AS r`, which it can. Both leave out a row whose list
//! is empty or null. `u.flag` becomes `r.flag`.

use std::ops::ControlFlow;

use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{
    self, Expr, Ident, Join, JoinConstraint, JoinOperator, Query, SetExpr, TableAlias, TableFactor, TableWithJoins,
    Visit, VisitMut, Visitor, VisitorMut, visit_expressions, visit_expressions_mut,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

/// Rewrites what can be; the rest stays as it is.
pub(crate) fn rewrite(statement: &mut Statement) {
    if let Statement::Statement(statement) = statement {
        let _: ControlFlow<()> = VisitMut::visit(&mut **statement, &mut Rewriter);
    }
}

/// Whether a column is still unnested after FROM.
pub(super) fn is_in(statement: &ast::Statement) -> bool {
    Visit::visit(statement, &mut Finder).is_break()
}

struct Finder;

impl Visitor for Finder {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        let TableFactor::UNNEST { array_exprs, .. } = factor else { return ControlFlow::Continue(()) };
        visit_expressions(array_exprs, |expr| match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
    }
}

struct Rewriter;

impl VisitorMut for Rewriter {
    type Break = ();

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        // What stands behind the body, ORDER BY, has the names of a single SELECT.
        let renamed = in_body(&mut query.body);
        rename(query, &renamed);
        ControlFlow::Continue(())
    }
}

/// A name of unnested elements, and the table that has them now.
struct Renamed {
    unnested: Ident,
    element: Ident,
    table: Ident,
}

/// Rewrites each SELECT by itself, since the parts of a UNION may give one name to different lists. The names of a
/// single SELECT come back.
fn in_body(body: &mut SetExpr) -> Vec<Renamed> {
    match body {
        SetExpr::Select(select) => {
            let mut renamed = Vec::new();
            for table in &mut select.from {
                while let Some(done) = one(table) {
                    renamed.push(done);
                }
            }
            rename(select, &renamed);
            renamed
        }
        SetExpr::SetOperation { left, right, .. } => {
            in_body(left);
            in_body(right);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// `u.flag` becomes `r.flag`. Another column of a name `u` is that of a table of an inner query.
fn rename(node: &mut impl VisitMut, renamed: &[Renamed]) {
    if renamed.is_empty() {
        return;
    }
    let _: ControlFlow<()> = visit_expressions_mut(node, |expr| {
        if let Expr::CompoundIdentifier(parts) = expr
            && let [table, column] = parts.as_mut_slice()
            && let Some(it) = renamed.iter().find(|it| is_same(&it.unnested, table) && is_same(&it.element, column))
        {
            *table = it.table.clone();
        }
        ControlFlow::Continue(())
    });
}

/// Rewrites the first list that can be; none if there is none.
fn one(table: &mut TableWithJoins) -> Option<Renamed> {
    let name = name(&table.relation)?.clone();
    let place = table
        .joins
        .iter()
        .take_while(|join| keeps_the_first(join))
        .enumerate()
        .find_map(|(place, join)| list_of(join, &name, place == 0).is_some().then_some(place))?;
    let (list, alias) = list_of(table.joins.get(place)?, &name, place == 0)?;
    let (unnested, element) = (alias.name.clone(), alias.columns.first()?.name.clone());
    let text = format!("SELECT {name}.*, UNNEST({list}) AS {element} FROM {}", table.relation);
    let ast::Statement::Query(subquery) = Parser::parse_sql(&GenericDialect {}, &text).ok()?.pop()? else {
        return None;
    };
    let alias = TableAlias { explicit: true, name: name.clone(), columns: Vec::new(), at: None };
    table.relation = TableFactor::Derived { lateral: false, subquery, alias: Some(alias), sample: None };
    table.joins.remove(place);
    Some(Renamed { unnested, element, table: name })
}

/// The name by which expressions call the table.
fn name(relation: &TableFactor) -> Option<&Ident> {
    match relation {
        TableFactor::Table { alias: Some(alias), args: None, .. }
        | TableFactor::Derived { alias: Some(alias), lateral: false, .. } => {
            alias.columns.is_empty().then_some(&alias.name)
        }
        TableFactor::Table { name, alias: None, args: None, .. } => name.0.last()?.as_ident(),
        _ => None,
    }
}

/// Whether all rows of the first table that go into the join come out of it with its columns: then it makes no
/// difference whether the list is unnested before it.
fn keeps_the_first(join: &Join) -> bool {
    matches!(
        join.join_operator,
        JoinOperator::Join(_)
            | JoinOperator::Inner(_)
            | JoinOperator::Left(_)
            | JoinOperator::LeftOuter(_)
            | JoinOperator::CrossJoin(_)
    )
}

/// The list and the name of its elements, if the join unnests one list of this table under one name.
fn list_of<'j>(join: &'j Join, table: &Ident, is_alone: bool) -> Option<(&'j Expr, &'j TableAlias)> {
    let TableFactor::UNNEST { alias: Some(alias), array_exprs, with_offset: false, with_ordinality: false, .. } =
        &join.relation
    else {
        return None;
    };
    let is_cross = matches!(join.join_operator, JoinOperator::CrossJoin(JoinConstraint::None));
    let [list] = array_exprs.as_slice() else { return None };
    (is_cross && alias.columns.len() == 1 && is_of(list, table, is_alone)).then_some((list, alias))
}

/// Whether the expression has columns of this table and no others. A column without a table is its own if there is no
/// other table.
fn is_of(list: &Expr, table: &Ident, is_alone: bool) -> bool {
    let mut has_column = false;
    let read = visit_expressions(list, |expr| {
        let is_own = match expr {
            Expr::Identifier(_) => is_alone,
            Expr::CompoundIdentifier(parts) => parts.first().is_some_and(|first| is_same(first, table)),
            _ => return ControlFlow::Continue(()),
        };
        has_column = true;
        if is_own { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    has_column && read.is_continue()
}

fn is_same(one: &Ident, other: &Ident) -> bool {
    one.value.eq_ignore_ascii_case(&other.value)
}
