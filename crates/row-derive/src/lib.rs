//! `#[derive(Row)]`: reads a struct's fields and doc comments, generates one list of columns.
//!
//! The derive only reads. It refuses what would let the schema and the data drift apart: a column without a
//! comment, a comment longer than the Glue catalogue takes, a serde attribute, a key that is no column.

use proc_macro::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Expr, ExprLit, Fields, Lit, LitStr, Meta, parse_macro_input};

/// The longest column comment that the Glue catalogue stores, in characters.
const COMMENT_LENGTH: usize = 255;

/// Derives `orgcensus_row::Row` for a struct with named fields.
///
/// `#[row(table = "sqs_queues", key = "arn")]` names the table and its natural key within an account and region
/// (several columns: `key = "role_arn, policy_arn"`).
#[proc_macro_derive(Row, attributes(row))]
pub fn derive_row(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    row(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn row(input: &DeriveInput) -> syn::Result<proc_macro2::TokenStream> {
    let Data::Struct(data) = &input.data else { return Err(Error::new_spanned(input, "a row is a struct")) };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(input, "a row has named columns"));
    };
    let mut names = Vec::new();
    let mut columns = Vec::new();
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        refuse_serde(&field.attrs)?;
        let (name, ty, comment) = (ident.to_string(), &field.ty, doc(&field.attrs, field.span())?);
        if comment.chars().count() > COMMENT_LENGTH {
            return Err(Error::new(
                field.span(),
                format!("a column's comment has at most {COMMENT_LENGTH} characters"),
            ));
        }
        columns.push(quote!(::orgcensus_row::Column {
            name: #name,
            comment: #comment,
            data_type: <#ty as ::orgcensus_row::ColumnType>::data_type(),
            nullable: <#ty as ::orgcensus_row::ColumnType>::NULLABLE,
        }));
        names.push(name);
    }
    refuse_serde(&input.attrs)?;
    let (ident, comment) = (&input.ident, doc(&input.attrs, input.span())?);
    let (table, key) = declaration(input, &names)?;
    Ok(quote!(impl ::orgcensus_row::Row for #ident {
        const TABLE: &'static str = #table;
        const COMMENT: &'static str = #comment;
        const KEY: &'static [&'static str] = &[#(#key),*];
        fn columns() -> Vec<::orgcensus_row::Column> { vec![#(#columns),*] }
    }))
}

/// The table's name and key, from `#[row(table = "…", key = "…")]`.
fn declaration(input: &DeriveInput, columns: &[String]) -> syn::Result<(String, Vec<String>)> {
    let (mut table, mut key) = (None, Vec::new());
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("row")) {
        attribute.parse_nested_meta(|meta| {
            let value: LitStr = meta.value()?.parse()?;
            if meta.path.is_ident("table") {
                table = Some(value.value());
            } else if meta.path.is_ident("key") {
                for column in value.value().split(',').map(str::trim) {
                    if !columns.iter().any(|name| name == column) {
                        return Err(Error::new(value.span(), format!("the key names {column}, which is no column")));
                    }
                    key.push(column.to_owned());
                }
            } else {
                return Err(meta.error("expected table or key"));
            }
            Ok(())
        })?;
    }
    let table = table.ok_or_else(|| Error::new(input.span(), "needs #[row(table = \"…\", key = \"…\")]"))?;
    Ok((table, key))
}

/// The doc comment as one line.
fn doc(attributes: &[Attribute], span: proc_macro2::Span) -> syn::Result<String> {
    let lines: Vec<String> = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(meta) => match &meta.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        })
        .filter(|line| !line.is_empty())
        .collect();
    if lines.is_empty() {
        return Err(Error::new(span, "needs a doc comment: it becomes the comment in Athena"));
    }
    Ok(lines.join(" "))
}

fn refuse_serde(attributes: &[Attribute]) -> syn::Result<()> {
    match attributes.iter().find(|attribute| attribute.path().is_ident("serde")) {
        Some(attribute) => Err(Error::new_spanned(attribute, "a row takes no serde attribute: columns would drift")),
        None => Ok(()),
    }
}
