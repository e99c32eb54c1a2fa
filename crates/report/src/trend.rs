//! A small picture of how a percentage went, as SVG: readable without script, printable, with its numbers as a title.

use maud::{Markup, html};

use crate::model::Night;

const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 22.0;
const MARGIN: f64 = 2.0;

/// What a curve spans at least, in percent points, so that a tenth does not look like a leap.
const SPAN_MIN: f64 = 5.0;

/// The picture of percentages, the oldest first. Nothing where there are fewer than two: one is no trend.
pub(crate) fn picture(nights: &[Night]) -> Markup {
    let known = nights.iter().filter(|night| night.percent.is_some()).count();
    if known < 2 {
        return html! {};
    }
    let lines = lines(nights);
    html! {
        svg.trend viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } width=(WIDTH) height=(HEIGHT) role="img" {
            title { (words(nights)) }
            @for x in breaks(nights) {
                line.anew x1=(coordinate(x)) y1="0" x2=(coordinate(x)) y2=(HEIGHT) {}
            }
            @for line in &lines {
                @if let [(x, y)] = line[..] {
                    circle cx=(coordinate(x)) cy=(coordinate(y)) r="1.2" {}
                } @else {
                    polyline points=(polyline(line)) {}
                }
            }
            @if let Some((x, y)) = lines.last().and_then(|line| line.last()) {
                circle cx=(coordinate(*x)) cy=(coordinate(*y)) r="2" {}
            }
        }
    }
}

/// What the picture says, for those who do not see it.
pub(crate) fn words(nights: &[Night]) -> String {
    let mut known = nights.iter().filter_map(|night| Some((&night.date, night.percent?)));
    let Some((first_date, first)) = known.next() else { return String::new() };
    let Some((last_date, last)) = known.next_back() else { return format!("{first:.1} % on {first_date}") };
    let (low, high) = bounds(nights);
    let anew: Vec<&str> =
        nights.iter().filter(|night| night.is_counted_anew).map(|night| night.date.as_str()).collect();
    let anew = if anew.is_empty() { String::new() } else { format!("; counted otherwise from {} on", anew.join(", ")) };
    format!(
        "from {first:.1} % on {first_date} to {last:.1} % on {last_date}; lowest {low:.1} %, highest {high:.1} %{anew}"
    )
}

/// The lowest and the highest percentage.
fn bounds(nights: &[Night]) -> (f64, f64) {
    let values = || nights.iter().filter_map(|night| night.percent);
    (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
}

/// How far one night is from the next.
fn step(nights: &[Night]) -> f64 {
    (WIDTH - 2.0 * MARGIN) / (nights.len().max(2) - 1) as f64
}

/// The curve, broken where a snapshot does not say, and where it was counted anew.
fn lines(nights: &[Night]) -> Vec<Vec<(f64, f64)>> {
    let (low, high) = bounds(nights);
    let middle = f64::midpoint(low, high);
    let span = (high - low).max(SPAN_MIN);
    let step = step(nights);
    let mut lines: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (index, night) in nights.iter().enumerate() {
        if night.is_counted_anew || night.percent.is_none() {
            lines.push(Vec::new());
        }
        if let (Some(value), Some(line)) = (night.percent, lines.last_mut()) {
            let up = 0.5 + (value - middle) / span;
            line.push((MARGIN + step * index as f64, MARGIN + (1.0 - up) * (HEIGHT - 2.0 * MARGIN)));
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Where it was counted anew: halfway from the night before.
fn breaks(nights: &[Night]) -> Vec<f64> {
    let step = step(nights);
    let anew = nights.iter().enumerate().filter(|(_, night)| night.is_counted_anew);
    anew.map(|(index, _)| MARGIN + step * (index as f64 - 0.5)).collect()
}

fn polyline(line: &[(f64, f64)]) -> String {
    let points: Vec<_> = line.iter().map(|&(x, y)| format!("{},{}", coordinate(x), coordinate(y))).collect();
    points.join(" ")
}

/// With one digit, so that equal numbers are equal bytes.
fn coordinate(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[Option<f64>]) -> Vec<Night> {
        let night = |(day, percent): (usize, &Option<f64>)| Night {
            date: format!("2026-11-{:02}", day + 1),
            percent: *percent,
            is_counted_anew: false,
        };
        values.iter().enumerate().map(night).collect()
    }

    #[test]
    fn a_curve_goes_from_margin_to_margin() {
        let svg = picture(&points(&[Some(0.0), Some(50.0), Some(100.0)])).into_string();
        assert!(svg.contains(r#"<polyline points="2.0,20.0 48.0,11.0 94.0,2.0"></polyline>"#), "{svg}");
        assert!(svg.contains(r#"<circle cx="94.0" cy="2.0" r="2"></circle>"#), "{svg}");
        let words = "from 0.0 % on 2026-11-01 to 100.0 % on 2026-11-03; lowest 0.0 %, highest 100.0 %";
        assert!(svg.contains(&format!("<title>{words}</title>")), "{svg}");
        assert!(!svg.contains("style"), "{svg}");
    }

    #[test]
    fn what_hardly_moves_looks_flat_and_equal_values_lie_in_the_middle() {
        assert_eq!(lines(&points(&[Some(7.0), Some(7.0)])), [[(2.0, 11.0), (94.0, 11.0)]]);
        let line = &lines(&points(&[Some(7.0), Some(7.5)]))[0];
        assert!((line[0].1 - line[1].1).abs() < 2.0, "{line:?}");
    }

    #[test]
    fn a_gap_is_a_gap_and_one_value_is_no_trend() {
        let broken = lines(&points(&[Some(1.0), None, None, Some(3.0), Some(2.0)]));
        assert_eq!(broken.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(picture(&points(&[Some(1.0), None])).into_string(), "");
        assert_eq!(picture(&[]).into_string(), "");
        assert_eq!(words(&points(&[None, Some(1.0)])), "1.0 % on 2026-11-02");
    }

    #[test]
    fn where_it_was_counted_anew_the_curve_is_broken_and_says_so() {
        let mut nights = points(&[Some(0.0), Some(100.0), Some(50.0)]);
        assert!(!picture(&nights).into_string().contains("<line"));
        nights[1].is_counted_anew = true;
        let svg = picture(&nights).into_string();
        assert!(svg.contains(r#"<line class="anew" x1="25.0" y1="0" x2="25.0" y2="22"></line>"#), "{svg}");
        assert_eq!(lines(&nights).iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
        assert!(words(&nights).ends_with("highest 100.0 %; counted otherwise from 2026-11-02 on"), "{svg}");
    }
}
