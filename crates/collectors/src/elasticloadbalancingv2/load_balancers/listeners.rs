//! The listeners of a load balancer: DescribeListeners, called by the collector of load balancers.

use orgcensus_collect::{Error, Read, Rows, Session, read as reads};
use orgcensus_row::Row;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, all, given};

pub(super) const LIST: Read<Page> = reads("elasticloadbalancingv2", "DescribeListeners");

/// One listener of an application, network or gateway load balancer: a port on which it takes connections.
#[derive(Debug, Serialize, Row)]
#[row(table = "elbv2_listeners", key = "arn")]
pub struct Listener {
    /// The listener's ARN.
    pub arn: String,
    /// The load balancer's ARN.
    pub load_balancer_arn: String,
    /// The port. Null: AWS did not say, as of a gateway.
    pub port: Option<i32>,
    /// HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP, QUIC, TCP_QUIC or GENEVE. Null: AWS did not say, as of a gateway.
    pub protocol: Option<String>,
    /// The policy that says which versions of TLS and which ciphers it takes. Null: it speaks no TLS.
    pub tls_policy: Option<String>,
    /// The default certificate, by its ARN. Null: it speaks no TLS. Further certificates are not read.
    pub certificate_arn: Option<String>,
    /// What is done with a request that no rule takes, in order: forward, redirect, fixed-response, authenticate-oidc,
    /// authenticate-cognito or jwt-validation.
    pub default_action_types: Vec<String>,
    /// The target groups to which such requests go, by their ARNs.
    pub default_target_group_arns: Vec<String>,
    /// The protocol to which such requests are redirected, HTTPS. A placeholder: the same as before. Null: they are not
    /// redirected.
    pub redirect_protocol: Option<String>,
    /// The port to which such requests are redirected, 443. A placeholder: the same as before. Null: they are not
    /// redirected.
    pub redirect_port: Option<String>,
    /// The HTTP status of the answer that such requests get, 404. Null: they get no fixed answer.
    pub fixed_response_status: Option<String>,
    /// What is done with certificates of clients: off, passthrough or verify. Null: AWS did not say.
    pub mutual_authentication_mode: Option<String>,
    /// The trust store that verifies certificates of clients, by its ARN. Null: none.
    pub trust_store_arn: Option<String>,
    /// The protocols that may be agreed on within TLS, HTTP2Preferred. Empty: none is set.
    pub alpn_policies: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Page {
    listeners: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Described {
    listener_arn: Option<String>,
    port: Option<i32>,
    protocol: Option<String>,
    ssl_policy: Option<String>,
    certificates: Vec<Certificate>,
    default_actions: Vec<Action>,
    mutual_authentication: Mutual,
    alpn_policy: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Certificate {
    certificate_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Action {
    #[serde(rename = "Type")]
    action_type: Option<String>,
    target_group_arn: Option<String>,
    forward_config: Forward,
    redirect_config: Redirect,
    fixed_response_config: FixedResponse,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Forward {
    target_groups: Vec<Target>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Target {
    target_group_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Redirect {
    protocol: Option<String>,
    port: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct FixedResponse {
    status_code: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Mutual {
    mode: Option<String>,
    trust_store_arn: Option<String>,
}

/// The listeners of one load balancer. The call itself does not demand its ARN.
pub(super) async fn of(session: &Session, load_balancer_arn: Option<&str>) -> Answer<Vec<Described>> {
    let arn = given(load_balancer_arn, &super::LIST.call().name(), "LoadBalancerArn")?;
    let input = json!({"LoadBalancerArn": arn, "PageSize": 400});
    all(&LIST, session, input, |page| page.listeners).await
}

/// Adds the rows of one load balancer's listeners.
pub(super) async fn push(rows: &mut Rows<'_>, load_balancer_arn: &str, listeners: Vec<Described>) -> Result<(), Error> {
    for described in listeners {
        let mut unread = Unread::default();
        let row = listener(load_balancer_arn, described, &mut unread);
        unread.push(rows, &LIST.call().name(), row).await?;
    }
    Ok(())
}

/// What the first of the actions says that says it.
fn first(actions: &[Action], of: fn(&Action) -> Option<&String>) -> Option<String> {
    actions.iter().find_map(of).cloned()
}

fn listener(load_balancer_arn: &str, it: Described, unread: &mut Unread) -> Option<Listener> {
    let arn = unread.value("ListenerArn", it.listener_arn)?;
    let actions = &it.default_actions;
    let mut targets: Vec<String> = Vec::new();
    // What goes to one group alone is said twice.
    let forwarded = actions.iter().flat_map(|action| {
        let of_several = action.forward_config.target_groups.iter().filter_map(|it| it.target_group_arn.as_ref());
        action.target_group_arn.iter().chain(of_several)
    });
    for target in forwarded {
        if !targets.contains(target) {
            targets.push(target.clone());
        }
    }
    Some(Listener {
        arn,
        load_balancer_arn: load_balancer_arn.to_owned(),
        port: it.port,
        protocol: it.protocol,
        tls_policy: it.ssl_policy,
        certificate_arn: it.certificates.into_iter().find_map(|it| it.certificate_arn),
        default_action_types: actions.iter().filter_map(|action| action.action_type.clone()).collect(),
        default_target_group_arns: targets,
        redirect_protocol: first(actions, |action| action.redirect_config.protocol.as_ref()),
        redirect_port: first(actions, |action| action.redirect_config.port.as_ref()),
        fixed_response_status: first(actions, |action| action.fixed_response_config.status_code.as_ref()),
        mutual_authentication_mode: it.mutual_authentication.mode,
        trust_store_arn: it.mutual_authentication.trust_store_arn,
        alpn_policies: it.alpn_policy,
    })
}
