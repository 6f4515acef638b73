//! Documents cut to what an agent can read.

use serde_json::Value;

/// A list of numbers, or of levels, that is longer than this is a curve.
const CURVE: usize = 24;

/// Leaves out of all curves, or keeps so many of each one's points, evenly: lists that belong together stay so. Returns the names of
/// the lists that are shorter than they were.
pub(super) fn curves(document: &mut Value, kept: usize) -> Vec<String> {
    let mut cut = Vec::new();
    walk(document, "", kept, &mut cut);
    cut
}

fn walk(value: &mut Value, name: &str, kept: usize, cut: &mut Vec<String>) {
    match value {
        Value::Array(points) if points.len() > CURVE.max(kept) && points.iter().all(is_point) => {
            thin(points, kept);
            cut.push(name.to_owned());
        }
        // Its parts have the name of the whole.
        Value::Array(parts) => parts.iter_mut().for_each(|part| walk(part, name, kept, cut)),
        Value::Object(members) => {
            for (member, value) in members {
                let name = if name.is_empty() { member.clone() } else { format!("{name}.{member}") };
                walk(value, &name, kept, cut);
            }
        }
        _ => {}
    }
    cut.dedup();
}

/// A number, a level of nothing, or a gap.
fn is_point(value: &Value) -> bool {
    value.is_number() || value.is_null() || value.as_str() == Some("-Infinity")
}

fn thin(points: &mut Vec<Value>, kept: usize) {
    let all = points.len();
    // The first and the last stay.
    let at = |index: usize| if kept < 2 { 0 } else { index * (all - 1) / (kept - 1) };
    *points = (0..kept).map(|index| std::mem::take(&mut points[at(index)])).collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn curves_go_or_are_thinned_together_and_figures_stay() {
        let curve: Vec<f64> = (0..1_000).map(f64::from).collect();
        let levels: Vec<Value> =
            (0..1_000).map(|at| if at == 0 { json!("-Infinity") } else { json!(at) }).collect();
        let document = json!({
            "version": 1,
            "swept": {"value": {"hz": curve, "db": levels, "gaps": vec![Value::Null; 1_000]}},
            "sines": [{"harmonics": [1, 2, 3]}, {"samples": curve}],
            "places": vec![json!({"line": 1}); 64],
        });
        let mut figures = document.clone();
        let names = curves(&mut figures, 0);
        assert_eq!(figures["swept"]["value"], json!({"hz": [], "db": [], "gaps": []}));
        assert_eq!(
            (&figures["sines"], &figures["version"]),
            (&json!([{"harmonics": [1, 2, 3]}, {"samples": []}]), &json!(1))
        );
        assert_eq!(figures["places"].as_array().map(Vec::len), Some(64));
        assert_eq!(names, ["sines.samples", "swept.value.db", "swept.value.gaps", "swept.value.hz"]);
        let mut thinned = document.clone();
        curves(&mut thinned, 100);
        let (hz, db) = (&thinned["swept"]["value"]["hz"], &thinned["swept"]["value"]["db"]);
        assert_eq!((hz.as_array().map(Vec::len), &hz[0], &hz[99]), (Some(100), &json!(0.0), &json!(999.0)));
        assert_eq!((&db[0], db[50].as_f64()), (&json!("-Infinity"), hz[50].as_f64()));
    }
}
