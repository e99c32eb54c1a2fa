//! `contains(list, element)`, as Trino has it. Of two texts it is what the engine has by that name.

use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::functions::string;
use datafusion::functions_nested::array_has::array_has_udf;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Contains {
    signature: Signature,
}

impl Contains {
    pub(super) fn new() -> Self {
        Self { signature: Signature::any(2, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Contains {
    fn name(&self) -> &'static str {
        "contains"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [inside, wanted] = args.args.as_slice() else {
            return Ok(ColumnarValue::Scalar(ScalarValue::Boolean(None)));
        };
        match inside.data_type() {
            DataType::Null => Ok(ColumnarValue::Scalar(ScalarValue::Boolean(None))),
            DataType::List(element) | DataType::LargeList(element) => {
                let both = vec![inside.clone(), wanted.cast_to(element.data_type(), None)?];
                array_has_udf().invoke_with_args(ScalarFunctionArgs { args: both, ..args })
            }
            _ => string::contains().invoke_with_args(args),
        }
    }
}
