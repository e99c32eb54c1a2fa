//! Lex.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, of_kinds, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListBots", "botSummaries", |context| {
            BOTS.list(context, |it| {
                json!({
                    "botId": it.id,
                    "botName": it.name,
                    "botStatus": "Available",
                    "lastUpdatedDateTime": it.created(),
                })
            })
        }),
        list("ListBotAliases", "botAliasSummaries", |context| {
            let above = BOTS.wanted(context, "botId", "ResourceNotFoundException")?;
            Ok(BOT_ALIASES
                .all(&context.place)
                .iter()
                .filter(|it| it.id == above.id)
                .map(|it| {
                    json!({
                        "botAliasId": "TSTALIASID",
                        "botAliasName": "live",
                        "botAliasStatus": "Available",
                        "creationDateTime": it.created(),
                    })
                })
                .collect())
        }),
        get("DescribeResourcePolicy", |context| {
            of_kinds(&[&BOTS, &BOT_ALIASES], context, "resourceArn", "policy", "ResourceNotFoundException")
        }),
    ]],
    kinds: &[other(|place| BOTS.planted(place)), other(|place| BOT_ALIASES.planted(place))],
    ..Service::named("lexmodelsv2")
};

const BOTS: Things = kind_of("lex_bots", "lex", "bot/{id}", &["lex:RecognizeText"]);
const BOT_ALIASES: Things =
    kind_of("lex_bot_aliases", "lex", "bot-alias/{id}/TSTALIASID", &["lex:RecognizeText"]).below(&BOTS);
