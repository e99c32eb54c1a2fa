//! `#[derive(Row)]` reads a struct's fields and doc comments. It generates the list of columns, and a struct with the
//! same fields that borrows one row from a batch: for `Bucket` it generates `BucketRef`.
//!
//! The derive refuses everything that would make the schema differ from the data: a column without a comment, a comment
//! longer than the Glue catalogue stores, a serde attribute, a key that is not a column.

use proc_macro::TokenStream;
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Fields, Ident, Lit, LitStr, Meta, Type, Visibility,
    parse_macro_input,
};

/// The longest column comment that the Glue catalogue stores, in characters.
const COMMENT_LENGTH: usize = 255;

/// Derives `orgcensus_row::Row` for a struct with named fields.
///
/// `#[row(table = "sqs_queues", key = "arn")]` names the table and its natural key within an account and region
/// (several columns: `key = "role_arn, policy_arn"`).
///
/// A table whose key is `arn` is one of resources, and each of its rows is in the inventory. The resources' type is the
/// table's name in the singular, their name is in the column of it (`queue_name`, else `name`), when they were made in
/// `created_at`, their tags in `tags`. What is called otherwise is declared: `resource = "acm_pca", name = "subject",
/// created = "issued_at"`. A type that is declared elsewhere is named and not written again, `resource =
/// LAMBDA_LAYER.resource_type`. Rows that are no resources say `resource = "none"`.
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
    let (mut names, mut columns, mut read) = (Vec::new(), Vec::new(), Vec::new());
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
        read.push(Field { ident, ty, vis: &field.vis, comment });
        names.push(name);
    }
    refuse_serde(&input.attrs)?;
    let (ident, comment) = (&input.ident, doc(&input.attrs, input.span())?);
    let declared = declaration(input, &names)?;
    let Declaration { table, key, .. } = &declared;
    let borrowed = format_ident!("{ident}Ref");
    let (definition, each) = (definition(&borrowed, input, &read), each(&borrowed, table, &read));
    let resource = resource(&declared, &names);
    Ok(quote! {
        impl ::orgcensus_row::Row for #ident {
            const TABLE: &'static str = #table;
            const COMMENT: &'static str = #comment;
            const KEY: &'static [&'static str] = &[#(#key),*];
            const RESOURCE: Option<::orgcensus_row::ResourceTable> = #resource;
            type Ref<'b> = #borrowed<'b>;
            fn columns() -> Vec<::orgcensus_row::Column> { vec![#(#columns),*] }
            #each
        }
        #definition
    })
}

/// The parts of a field that are needed to read it back.
struct Field<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    vis: &'a Visibility,
    comment: String,
}

/// The struct that borrows a row.
fn definition(borrowed: &Ident, input: &DeriveInput, fields: &[Field<'_>]) -> proc_macro2::TokenStream {
    let (vis, comment) = (&input.vis, format!("A row of [`{}`], borrowed from a batch.", input.ident));
    let fields = fields.iter().map(|Field { ident, ty, vis, comment }| {
        quote!(#[doc = #comment] #vis #ident: <#ty as ::orgcensus_row::ColumnType>::Ref<'b>)
    });
    quote! {
        #[doc = #comment]
        #[derive(Debug, Clone, Copy)]
        #[allow(dead_code, reason = "a reader takes the columns that it needs")]
        #vis struct #borrowed<'b> { #(#fields),* }
    }
}

/// The function that shows each row of a batch. It looks up the columns once for the batch, not for each row.
fn each(borrowed: &Ident, table: &str, fields: &[Field<'_>]) -> proc_macro2::TokenStream {
    let find = fields.iter().map(|Field { ident, ty, .. }| {
        let (column, name) = (format_ident!("column_{ident}"), ident.to_string());
        quote!(let #column = ::orgcensus_row::column::<#ty>(batch, #table, #name)?;)
    });
    let take = fields.iter().map(|Field { ident, ty, .. }| {
        let column = format_ident!("column_{ident}");
        quote!(#ident: <#ty as ::orgcensus_row::ColumnType>::at(#column, row))
    });
    quote! {
        fn each<'b>(
            batch: &'b ::orgcensus_row::RecordBatch,
            mut show: impl FnMut(Self::Ref<'b>),
        ) -> Result<(), ::orgcensus_row::Error> {
            #(#find)*
            for row in 0..batch.num_rows() {
                show(#borrowed { #(#take),* });
            }
            Ok(())
        }
    }
}

/// What `#[row(…)]` says.
#[derive(Default)]
struct Declaration {
    table: String,
    key: Vec<String>,
    /// The type of the resources that the rows are, a text or a constant; `none` for other rows.
    resource: Option<Expr>,
    /// The column of their names.
    name: Option<String>,
    /// The column that says when they were made.
    created: Option<String>,
}

/// Reads `#[row(table = "…", key = "…")]`.
fn declaration(input: &DeriveInput, columns: &[String]) -> syn::Result<Declaration> {
    let mut declared = Declaration::default();
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("row")) {
        attribute.parse_nested_meta(|meta| {
            let value = meta.value()?;
            if meta.path.is_ident("resource") {
                declared.resource = Some(value.parse()?);
                return Ok(());
            }
            let value: LitStr = value.parse()?;
            let column = |name: &str, what: &str| {
                let found = columns.iter().find(|column| *column == name).cloned();
                found.ok_or_else(|| Error::new(value.span(), format!("{what} names {name}, which is no column")))
            };
            if meta.path.is_ident("table") {
                declared.table = value.value();
            } else if meta.path.is_ident("key") {
                for name in value.value().split(',').map(str::trim) {
                    declared.key.push(column(name, "the key")?);
                }
            } else if meta.path.is_ident("name") {
                declared.name = Some(column(&value.value(), "name")?);
            } else if meta.path.is_ident("created") {
                declared.created = Some(column(&value.value(), "created")?);
            } else {
                return Err(meta.error("expected table, key, resource, name or created"));
            }
            Ok(())
        })?;
    }
    if declared.table.is_empty() {
        return Err(Error::new(input.span(), "needs #[row(table = \"…\", key = \"…\")]"));
    }
    Ok(declared)
}

/// The declaration of the resources that the rows are, if they are resources.
fn resource(declared: &Declaration, columns: &[String]) -> proc_macro2::TokenStream {
    let thing = declared.resource.as_ref().and_then(text).unwrap_or_else(|| singular(&declared.table));
    if declared.key != ["arn"] || thing == "none" {
        return quote!(None);
    }
    let resource_type = declared.resource.as_ref().map_or_else(|| quote!(#thing), |declared| quote!(#declared));
    let usual = |name: &str| columns.iter().any(|column| column == name).then(|| name.to_owned());
    let name = declared.name.clone().or_else(|| name_column(&thing, columns));
    let created = declared.created.clone().or_else(|| usual("created_at"));
    let value = |column: Option<String>| match column.map(|column| format_ident!("{column}")) {
        Some(column) => quote!(::orgcensus_row::some(row.#column)),
        None => quote!(None),
    };
    let (name, created, tags) = (value(name), value(created), value(usual("tags")));
    let own_type = value(usual("resource_type"));
    quote! {
        Some(::orgcensus_row::ResourceTable {
            resource_type: #resource_type,
            each: |batch, show| {
                <Self as ::orgcensus_row::Row>::each(batch, |row| {
                    show(::orgcensus_row::Resource {
                        arn: ::orgcensus_row::some(row.arn),
                        resource_type: #own_type,
                        name: #name,
                        created_at: #created,
                        tags: #tags,
                    });
                })
            },
        })
    }
}

/// The text that an expression is; none of a constant's name.
fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// `ecr_repository` of `ecr_repositories`.
fn singular(table: &str) -> String {
    match (table.strip_suffix("ies"), table.strip_suffix("es"), table.strip_suffix('s')) {
        (Some(stem), _, _) => format!("{stem}y"),
        (_, Some(stem), _) if ["bus", "sh", "ss", "x"].iter().any(|end| stem.ends_with(end)) => stem.to_owned(),
        (_, _, Some(stem)) => stem.to_owned(),
        _ => table.to_owned(),
    }
}

/// The column of a thing's own name: `queue_name` of an `sqs_queue`, and of several the longest. Else `name`.
fn name_column(thing: &str, columns: &[String]) -> Option<String> {
    let is_own = |column: &&String| {
        let of = column.strip_suffix("_name");
        of.is_some_and(|of| thing == of || thing.ends_with(&format!("_{of}")))
    };
    let plain = || columns.iter().find(|column| *column == "name");
    columns.iter().filter(is_own).max_by_key(|column| column.len()).or_else(plain).cloned()
}

/// The doc comment as one line.
fn doc(attributes: &[Attribute], span: proc_macro2::Span) -> syn::Result<String> {
    let lines: Vec<String> = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(meta) => text(&meta.value).map(|text| text.trim().to_owned()),
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
