//! Lex.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::{LEX_BOT, LEX_BOT_ALIAS};

use crate::listed::Input::{Arn, Of};
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Bots, with their policies.
    BOTS = listed(
        "lex_bots",
        LEX_BOT,
        &[list("lexmodelsv2", "ListBots", "botSummaries", &[])],
        &[policy("lexmodelsv2", "DescribeResourcePolicy", &[("resourceArn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("lex:bot/{botId}")
    .name("botName")
    .keeps(&["botStatus", "botType", "description", "latestBotVersion", "lastUpdatedDateTime"]);
    /// Aliases of bots, with their policies.
    BOT_ALIASES = listed(
        "lex_bot_aliases",
        LEX_BOT_ALIAS,
        &[
            list("lexmodelsv2", "ListBots", "botSummaries", &[]),
            list("lexmodelsv2", "ListBotAliases", "botAliasSummaries", &[("botId", Of("botId"))]),
        ],
        &[policy("lexmodelsv2", "DescribeResourcePolicy", &[("resourceArn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])],
    )
    .arn("lex:bot-alias/{^botId}/{botAliasId}")
    .name("botAliasName")
    .created("creationDateTime")
    .keeps(&["botVersion", "botAliasStatus", "description"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[BOTS, BOT_ALIASES];
