//! A document's charts as one PNG: for who reads pictures and no pages.

use super::{
    chart::{Chart, SIZE},
    charts,
    escape::escaped,
};
use crate::ansi;
use anyhow::{Context, bail};
use resvg::{tiny_skia, usvg};
use std::sync::Arc;
use wavecraft_companion_analysis::{survey::Document, words};

/// The letters, which are there on a machine without fonts: Latin, Greek, Cyrillic, and signs.
const FONT: &[u8] = include_bytes!("../../../fonts/DejaVuSans.subset.ttf");
const FAMILY: &str = "DejaVu Sans";
/// Pixels for each unit of the charts: wide enough to be read, 1,080 pixels.
const PIXELS_A_UNIT: f32 = 1.5;
/// The heights of the heading and of a chart's own, in units.
const HEADING: f64 = 52.0;
const TITLE: f64 = 26.0;
/// Letters of the line of parameters at most: as many as there is room for.
const MOST_LETTERS: usize = 100;

/// Light, in the report's colours.
const STYLE: &str = "text { font-family: 'DejaVu Sans'; font-size: 12px; fill: #333 } .name { font-size: 16px; fill: #000 } \
    .title { font-size: 14px; fill: #000 } .grid { stroke: #ddd; stroke-width: 1 } .axis { stroke: #888; stroke-width: 1 } \
    .curve { fill: none; stroke-width: 1.8; stroke-linejoin: round } .c0 { stroke: #1d6fd8 } .c1 { stroke: #b3541e } \
    .c2 { stroke: #3a7d2c } .c3 { stroke: #8a4fbf } .k0 { fill: #1d6fd8 } .k1 { fill: #b3541e } .k2 { fill: #3a7d2c } \
    .k3 { fill: #8a4fbf }";

/// Draws those of a document's charts that have these titles, below each other in the report's order, and returns the picture with the
/// titles of those that have values.
///
/// # Errors
/// None of them has a value.
pub(crate) fn png(document: &Document, titles: &[&str]) -> anyhow::Result<(Vec<u8>, Vec<&'static str>)> {
    let drawn: Vec<(Chart, String)> = charts::of(document)
        .into_iter()
        .filter(|chart| titles.contains(&chart.title))
        .filter_map(|chart| chart.picture().map(|picture| (chart, picture)))
        .collect();
    if drawn.is_empty() {
        bail!("there are no values to draw of {}", titles.join(", "));
    }
    let titles = drawn.iter().map(|(chart, _)| chart.title).collect();
    Ok((raster(&page(document, &drawn))?, titles))
}

/// The picture as SVG.
fn page(document: &Document, drawn: &[(Chart, String)]) -> String {
    let plan = &document.plan;
    let settings = document.subject.settings.iter().map(|one| format!("{} {}", one.name, one.text));
    let mut settings = settings.collect::<Vec<_>>().join(", ");
    if settings.chars().count() > MOST_LETTERS {
        settings = settings.chars().take(MOST_LETTERS - 1).chain(['…']).collect();
    }
    let mut top = HEADING;
    let mut body = String::new();
    for (chart, picture) in drawn {
        let keys: String = match &chart.curves[..] {
            [_] => String::new(),
            curves => (0..)
                .zip(curves)
                .map(|(index, curve)| {
                    format!("  <tspan class=\"k{}\">■</tspan> {}", index % 4, escaped(&curve.name))
                })
                .collect(),
        };
        body.push_str(&format!(
            "<g transform=\"translate(0 {top})\"><text x=\"8\" y=\"17\" xml:space=\"preserve\"><tspan class=\"title\">{}</tspan>  {}{keys}</text>\n\
             <g transform=\"translate(0 {TITLE})\">\n{picture}</g></g>\n",
            chart.title,
            chart.units()
        ));
        top += TITLE + SIZE[1];
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{top}\"><style>{STYLE}</style><rect width=\"{width}\" \
         height=\"{top}\" fill=\"#fff\"/>\n<text class=\"name\" x=\"8\" y=\"22\">{name}, measured at {rate} with {level} dBFS</text>\n\
         <text x=\"8\" y=\"42\">{settings}</text>\n{body}</svg>",
        width = SIZE[0],
        name = escaped(&ansi::line(&document.subject.name)),
        rate = words::hertz(f64::from(plan.rate_hz)),
        level = words::number(plan.level_dbfs, 0),
        settings = escaped(&ansi::line(&settings)),
    )
}

fn raster(svg: &str) -> anyhow::Result<Vec<u8>> {
    let mut options = usvg::Options { font_family: FAMILY.into(), ..usvg::Options::default() };
    Arc::make_mut(&mut options.fontdb).load_font_data(FONT.to_vec());
    let tree = usvg::Tree::from_str(svg, &options).context("the picture can't be drawn")?;
    let size = tree.size().to_int_size().scale_by(PIXELS_A_UNIT).context("the picture has no size")?;
    let mut pixels =
        tiny_skia::Pixmap::new(size.width(), size.height()).context("there is no memory for the picture")?;
    let scale = tiny_skia::Transform::from_scale(PIXELS_A_UNIT, PIXELS_A_UNIT);
    resvg::render(&tree, scale, &mut pixels.as_mut());
    pixels.encode_png().context("the picture can't be written")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::report::tests::full;

    const BLUE: [u8; 3] = [0x1d, 0x6f, 0xd8];

    fn pixels(png: &[u8]) -> tiny_skia::Pixmap {
        tiny_skia::Pixmap::decode_png(png).expect("a picture")
    }

    /// How many pixels of a part are dark or coloured so.
    fn count(picture: &tiny_skia::Pixmap, rows: std::ops::Range<u32>, is: impl Fn([u8; 3]) -> bool) -> usize {
        rows.flat_map(|y| (0..picture.width()).map(move |x| (x, y)))
            .filter_map(|(x, y)| picture.pixel(x, y))
            .filter(|pixel| is([pixel.red(), pixel.green(), pixel.blue()]))
            .count()
    }

    #[test]
    fn charts_are_wide_enough_light_and_have_curves_and_letters() {
        let document = full("demo");
        let one = pixels(&png(&document, &[charts::RESPONSE]).unwrap().0);
        assert_eq!((one.width(), one.height()), (1080, 507));
        let (both, titles) = png(&document, &[charts::SPECTRUM, charts::RESPONSE]).unwrap();
        assert_eq!(titles, [charts::RESPONSE, charts::SPECTRUM], "in the report's order");
        let both = pixels(&both);
        assert_eq!((both.width(), both.height()), (1080, 936));
        let light = |[red, green, blue]: [u8; 3]| red.min(green).min(blue) > 240;
        assert!(count(&one, 0..507, light) > 1080 * 507 * 8 / 10);
        assert!(count(&one, 117..507, |pixel| pixel == BLUE) > 900, "the curve goes across");
        let dark = |[red, green, blue]: [u8; 3]| red.max(green).max(blue) < 100;
        assert!(count(&one, 10..40, dark) > 300, "the heading");
        assert!(count(&one, 440..507, dark) > 300, "the frequencies");
    }

    #[test]
    fn what_has_no_values_is_said_and_names_are_text() {
        let stopped = Document::stopped(full("a").plan, full("a").subject, "it crashed".into());
        let error = png(&stopped, &[charts::RESPONSE, charts::STEP]).unwrap_err().to_string();
        assert_eq!(error, "there are no values to draw of Response, Step");
        assert!(png(&full("<text>&\u{1}\u{202e}漢"), &[charts::RESPONSE]).is_ok());
    }
}
