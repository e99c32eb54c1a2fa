//! A client for tests: it makes requests by hand. A signature names the key, but is not computed.

use crate::credentials::MANAGEMENT_ACCESS_KEY;
use crate::{Settings, Simulation};
use bytes::Bytes;
use http::Response;
use serde_json::Value;

/// A caller.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) simulation: Simulation,
    pub(crate) region: String,
    access_key_id: String,
    session_token: String,
}

/// The answer to a call.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Reply {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The text of every element of this name, in order.
    pub(crate) fn elements(&self, name: &str) -> Vec<String> {
        let document = roxmltree::Document::parse(&self.body).unwrap();
        let named = document.descendants().filter(|node| node.tag_name().name() == name);
        named.map(|node| node.text().unwrap_or_default().to_owned()).collect()
    }

    /// The text of the one element of this name.
    pub(crate) fn element(&self, name: &str) -> String {
        let mut all = self.elements(name);
        assert_eq!(all.len(), 1, "{name} in {}", self.body);
        all.remove(0)
    }
}

impl Client {
    /// A client of the management account's user, in the first region.
    pub(crate) fn new(settings: Settings) -> Self {
        let region = settings.regions[0].clone();
        let simulation = Simulation::new(settings);
        Self { simulation, region, access_key_id: MANAGEMENT_ACCESS_KEY.to_owned(), session_token: String::new() }
    }

    /// The same caller in another region.
    pub(crate) fn in_region(&self, region: &str) -> Self {
        Self { region: region.to_owned(), ..self.clone() }
    }

    /// A client of the same simulation with another key.
    pub(crate) fn with_key(&self, access_key_id: &str) -> Self {
        Self { access_key_id: access_key_id.to_owned(), ..self.clone() }
    }

    /// A client that has assumed the crawler's role of the account at this place, or the refusal.
    pub(crate) fn assume(&self, index: u64, more: &str) -> Result<Self, Reply> {
        let settings = self.simulation.settings();
        let account_id = self.simulation.account_id(index);
        let arn = format!("arn:{}:iam::{account_id}:role/{}", settings.partition, settings.crawler_role);
        let reply = self.query("sts", &format!("Action=AssumeRole&RoleSessionName=test&RoleArn={arn}{more}"));
        if reply.status != 200 {
            return Err(reply);
        }
        let (access_key_id, session_token) = (reply.element("AccessKeyId"), reply.element("SessionToken"));
        Ok(Self { access_key_id, session_token, ..self.clone() })
    }

    /// A call of the query protocols.
    pub(crate) fn query(&self, service: &str, form: &str) -> Reply {
        self.send(service, "/", &[], form)
    }

    /// A call of the JSON protocols.
    pub(crate) fn json(&self, service: &str, operation: &str, body: &Value) -> Reply {
        self.send(service, "/", &[("x-amz-target", &format!("Prefix.{operation}"))], &body.to_string())
    }

    /// A call of the REST protocols.
    pub(crate) fn get(&self, service: &str, path: &str) -> Reply {
        self.send(service, path, &[], "")
    }

    /// Any call.
    pub(crate) fn send(&self, service: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let (key, region) = (&self.access_key_id, &self.region);
        let scope = format!("AWS4-HMAC-SHA256 Credential={key}/20261122/{region}/{service}/aws4_request, Signature=0");
        let mut builder = http::Request::builder().uri(path).header("authorization", scope).header("host", "127.0.0.1");
        builder = builder.header("x-amz-security-token", &self.session_token);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        let response: Response<Bytes> =
            self.simulation.answer(builder.body(Bytes::copy_from_slice(body.as_bytes())).unwrap());
        let body = String::from_utf8(response.body().to_vec()).unwrap();
        Reply { status: response.status().as_u16(), body }
    }
}

/// The settings of an organization without troubles, with a fixed present. A test switches on the trouble that it
/// needs.
pub(crate) fn quiet(accounts: u64, seed: u64) -> Settings {
    Settings { troubles: crate::Troubles::none(), now_millis: 1_795_305_600_000, ..Settings::new(accounts, seed) }
}
