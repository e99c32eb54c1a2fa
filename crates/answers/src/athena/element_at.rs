//! `element_at(map, key)` and `element_at(list, place)`: a value, as in Trino, null where there is none. The engine's own
//! `element_at` answers with a list of the value.

use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::functions_nested::extract::array_element_udf;
use datafusion::functions_nested::map_extract::map_extract_udf;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

const TAKES: &str = "element_at takes a map and a key, element_at(tags, 'name'), or a list and a place from 1";

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ElementAt {
    signature: Signature,
}

impl ElementAt {
    pub(super) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for ElementAt {
    fn name(&self) -> &'static str {
        "element_at"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(types.first().and_then(within).map_or(DataType::Null, |(_, value)| value))
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        if let [DataType::Null, _] = types {
            return Ok(types.to_vec());
        }
        let [whole, _] = types else { return plan_err!("{TAKES}") };
        match within(whole) {
            Some((key, _)) => Ok(vec![whole.clone(), key]),
            None => plan_err!("{TAKES}"),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match args.args.first().map(ColumnarValue::data_type) {
            Some(DataType::Map(..)) => {
                // A list of one, which is null where the map has no such key.
                let values = map_extract_udf().invoke_with_args(args.clone())?;
                let first = ColumnarValue::Scalar(ScalarValue::Int64(Some(1)));
                array_element_udf().invoke_with_args(ScalarFunctionArgs { args: vec![values, first], ..args })
            }
            Some(DataType::List(_) | DataType::LargeList(_)) => array_element_udf().invoke_with_args(args),
            _ => Ok(ColumnarValue::Scalar(ScalarValue::Null)),
        }
    }
}

/// What finds a value in a map or a list, and the value; none of what is neither.
fn within(whole: &DataType) -> Option<(DataType, DataType)> {
    match whole {
        DataType::Map(entries, _) => {
            let DataType::Struct(fields) = entries.data_type() else { return None };
            let [key, value] = &**fields else { return None };
            Some((key.data_type().clone(), value.data_type().clone()))
        }
        DataType::List(element) | DataType::LargeList(element) => Some((DataType::Int64, element.data_type().clone())),
        _ => None,
    }
}
