//! Signatures: this caller signs a request as botocore does.

use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::Credentials;
use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::disable_interceptor;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use orgcensus_calls::operation;
use serde_json::json;

use super::*;
use crate::base::{Base, Options};

/// Keeps the header `authorization` of each request.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<String>>>);

impl HttpClient for Kept {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Kept {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let header = request.headers().get("authorization").unwrap_or_default().to_owned();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(header);
        let status = 200_u16.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from("<Empty></Empty>"))))
    }
}

/// The signature of a call that is made at the first moment of 2026, and its scope.
async fn signature(service: &str, name: &str, input: &Value) -> (String, String) {
    let kept = Kept::default();
    let key = Credentials::new("AKIAEXAMPLE", "secret", None, None, "test");
    let options = Options {
        home_region: Some("us-east-1".to_owned()),
        http_client: Some(SharedHttpClient::new(kept.clone())),
        credentials: Some(SharedCredentialsProvider::new(key)),
        time_source: Some(SharedTimeSource::new(StaticTimeSource::from_secs(1_767_225_600))),
        max_attempts: 1,
        ..Options::default()
    };
    let session = Base::load(options).await.expect("a base").caller("111122223333").home_session();
    let operation = operation(service, name).expect("a call of the table");
    let input = Input::erase(request(operation, input).expect("an input that fits"));
    // This interceptor's header is signed, and is another one on each machine.
    let mut layer = Layer::new("test");
    layer.store_put(disable_interceptor::<UserAgentInterceptor>("a signature that is the same everywhere"));
    let plugin = StaticRuntimePlugin::new().with_config(layer.freeze());
    let plugins = plugins(&session, operation).expect("a host").with_client_plugin(plugin);
    drop(orchestrate(operation.service.id, operation.name, input, &plugins).await);
    let headers = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    let header = headers.first().expect("a request");
    let (scope, signature) = (header.split(['/', ',']).nth(3), header.rsplit_once("Signature="));
    (scope.unwrap_or_default().to_owned(), signature.map(|(_, it)| it.to_owned()).unwrap_or_default())
}

/// The constants are what a client of botocore 1.44.8 signs with this key: its handler of `before-send` shows the
/// header, while `botocore.auth.get_current_datetime` gives 2026-01-01.
#[tokio::test]
async fn a_path_with_an_arn_is_signed_as_botocore_signs_it() {
    let account_id = "111122223333";
    let bucket = "arn:aws:s3-outposts:us-east-1:111122223333:outpost/op-01ac5d28a6a232904/bucket/logs";
    for (service, name, input, scope, expected) in [
        (
            "s3outpostscontrol",
            "GetBucketPolicy",
            json!({"AccountId": account_id, "OutpostId": "op-01ac5d28a6a232904", "name": bucket}),
            "s3-outposts",
            "5d9bbe2a2dde0f3130ac595a0455a17df12d66e4be4af9a74d4344e465f57523",
        ),
        (
            "s3expresscontrol",
            "GetAccessPoint",
            json!({"AccountId": account_id, "name": "p--use1-az4--xa-s3"}),
            "s3express",
            "cc8b46f77f28cfbc00e5f22fd34a83e78338205d00c796eff9a01e58b151c1ef",
        ),
        (
            "s3control",
            "GetAccessPointPolicy",
            json!({"AccountId": account_id, "name": "reports"}),
            "s3",
            "c88690e50f9451f48203c2235ad031d0791daa8195ab11075ff95ca369d4d5fb",
        ),
        (
            "s3tables",
            "GetTableBucketPolicy",
            json!({"tableBucketARN": "arn:aws:s3tables:us-east-1:111122223333:bucket/b"}),
            "s3tables",
            "bff36a1aa407c59323abfe354bfad70f7e060594558bde3489e067370474bf71",
        ),
        (
            "lambda",
            "GetPolicy",
            json!({"FunctionName": "arn:aws:lambda:us-east-1:111122223333:function:f"}),
            "lambda",
            "9368da103f463787cb24efe9cd7f41ff49b09d928ecbfd54e22c633eb8453b2d",
        ),
    ] {
        let found = signature(service, name, &input).await;
        assert_eq!(found, (scope.to_owned(), expected.to_owned()), "{service}:{name}");
    }
}
