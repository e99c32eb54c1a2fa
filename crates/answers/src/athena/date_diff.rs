//! `date_diff('day', earlier, later)`: the whole units between two moments, as Trino counts them.

use std::sync::Arc;

use arrow::array::{AsArray, Int64Array};
use arrow::datatypes::{DataType, TimeUnit, TimestampMillisecondType};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

const DAY_MILLIS: i64 = 86_400_000;

const UNITS: &str = "millisecond, second, minute, hour, day, week, month, quarter and year";

/// A moment, as the columns of the lake have it.
const MOMENT: DataType = DataType::Timestamp(TimeUnit::Millisecond, None);

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct DateDiff {
    signature: Signature,
}

impl DateDiff {
    pub(super) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for DateDiff {
    fn name(&self) -> &'static str {
        "date_diff"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let is_moment = |it: &DataType| {
            matches!(it, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 | DataType::Null)
        };
        match types {
            [_, from, to] if is_moment(from) && is_moment(to) => Ok(vec![DataType::Utf8, MOMENT, MOMENT]),
            _ => plan_err!("date_diff takes a unit and two moments: date_diff('day', created_at, captured_at)"),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [ColumnarValue::Scalar(ScalarValue::Utf8(Some(unit))), from, to] = args.args.as_slice() else {
            return exec_err!("the unit of date_diff is a text, 'day'");
        };
        let Some(unit) = Unit::named(unit) else {
            return exec_err!("date_diff has no unit {unit:?}: it counts {UNITS}");
        };
        let (from, to) = (from.to_array(args.number_rows)?, to.to_array(args.number_rows)?);
        let (from, to) =
            (from.as_primitive::<TimestampMillisecondType>(), to.as_primitive::<TimestampMillisecondType>());
        let between = from.iter().zip(to.iter()).map(|(from, to)| Some(unit.between(from?, to?)));
        Ok(ColumnarValue::Array(Arc::new(between.collect::<Int64Array>())))
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy)]
enum Unit {
    Millis(i64),
    Months(i64),
}

impl Unit {
    fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "millisecond" => Self::Millis(1),
            "second" => Self::Millis(1000),
            "minute" => Self::Millis(60_000),
            "hour" => Self::Millis(3_600_000),
            "day" => Self::Millis(DAY_MILLIS),
            "week" => Self::Millis(7 * DAY_MILLIS),
            "month" => Self::Months(1),
            "quarter" => Self::Months(3),
            "year" => Self::Months(12),
            _ => return None,
        })
    }

    /// The whole units between two moments; negative if the second is the earlier one.
    fn between(self, from: i64, to: i64) -> i64 {
        match self {
            Self::Millis(millis) => to.saturating_sub(from) / millis,
            Self::Months(months) if from <= to => whole_months(from, to) / months,
            Self::Months(months) => -(whole_months(to, from) / months),
        }
    }
}

/// The whole months from a moment to a later one. On the last day of a month it is the day that the month does not
/// have: from 31 January to 28 February is a month.
fn whole_months(from: i64, to: i64) -> i64 {
    let (from_days, to_days) = (from.div_euclid(DAY_MILLIS), to.div_euclid(DAY_MILLIS));
    let ((from_months, from_day), (to_months, to_day)) = (month_and_day(from_days), month_and_day(to_days));
    let is_last_day = month_and_day(to_days + 1).1 == 1;
    let from_day = if is_last_day { from_day.min(to_day) } else { from_day };
    let is_short = (to_day, to.rem_euclid(DAY_MILLIS)) < (from_day, from.rem_euclid(DAY_MILLIS));
    to_months - from_months - i64::from(is_short)
}

/// The months since the year 0 and the day of the month, of a number of days since 1970: the usual arithmetic of eras
/// of 400 years that begin in March.
fn month_and_day(days: i64) -> (i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let since_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * since_march + 2) / 5 + 1;
    ((era * 400 + year) * 12 + since_march + 2, day)
}
