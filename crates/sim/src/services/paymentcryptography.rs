//! Payment Cryptography.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListKeys", "Keys", |context| {
            KEYS.list(context, |it| {
                json!({
                    "KeyArn": it.arn,
                    "KeyState": "CREATE_COMPLETE",
                    "KeyAttributes": {
                        "KeyUsage": "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY",
                        "KeyClass": "SYMMETRIC_KEY",
                        "KeyAlgorithm": "AES_256",
                        "KeyModesOfUse": {},
                    },
                    "KeyCheckValue": "A1B2C3",
                    "Exportable": true,
                    "Enabled": true,
                })
            })
        }),
        get("GetResourcePolicy", |context| {
            KEYS.policy(context, "ResourceArn", "Policy", ("ResourceNotFoundException", "ResourceNotFoundException"))
        }),
    ]],
    kinds: &[other(|place| KEYS.planted(place))],
    ..Service::named("paymentcryptography")
};

const KEYS: Things = kind_of(
    "payment_cryptography_keys",
    "payment-cryptography",
    "key/{id}000000",
    &["payment-cryptography:GetKey", "payment-cryptography:EncryptData"],
);
