//! A document as a page of its own: one file, which needs nothing else and is light, dark, and good on paper.

mod chart;
pub(crate) mod charts;
mod escape;
pub(crate) mod picture;

use super::screen;
use anyhow::Context;
use escape::escaped;
use std::{fs::Permissions, io::Write, os::unix::fs::PermissionsExt, path::Path};
use wavecraft_companion_analysis::{survey::Document, words};

const STYLE: &str = include_str!("report/style.css");

/// Writes the page. Nothing is left where that fails.
///
/// # Errors
/// The file can't be written: there is no folder, no room, or no permission.
pub(super) fn write(document: &Document, path: &Path) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = || format!("the report {} can't be written", path.display());
    // As any file that a program writes: others may read it if the user's own files are so.
    let readable = Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().permissions(readable).tempfile_in(folder).with_context(failed)?;
    file.write_all(page(document).as_bytes()).with_context(failed)?;
    file.persist(path).map_err(|failure| failure.error).with_context(failed)?;
    Ok(())
}

/// The page's text.
fn page(document: &Document) -> String {
    let name = escaped(&document.subject.name);
    let plan = &document.plan;
    let channels = if plan.channels == 1 { "one channel" } else { "two channels" };
    let mut body = format!(
        "<h1>{name}</h1>\n<p>Measured at {}, {} dBFS, {channels}, in blocks of {} frames.</p>\n",
        words::hertz(f64::from(plan.rate_hz)),
        words::number(plan.level_dbfs, 0),
        plan.block_frames
    );
    if let Some(trouble) = &document.trouble {
        body.push_str(&format!(
            "<p class=\"trouble\">It was not measured to the end: {}</p>\n",
            escaped(trouble)
        ));
    }
    body.push_str(&table("Figures", &screen::items(document)));
    let settings: Vec<(String, String)> = document
        .subject
        .settings
        .iter()
        .map(|setting| (format!("{} ({})", setting.name, setting.id), setting.text.clone()))
        .collect();
    if !settings.is_empty() {
        body.push_str(&table("Parameters", &settings));
    }
    for chart in charts::of(document) {
        body.push_str(&chart.section());
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{name}: measurements</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// A heading and lines of a name and a text. A line without a name belongs to the one above it.
fn table(heading: &str, lines: &[(String, String)]) -> String {
    let line = |(name, text): &(String, String)| {
        format!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(name), escaped(text.trim()))
    };
    format!("<h2>{heading}</h2>\n<table>\n{}</table>\n", lines.iter().map(line).collect::<String>())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use wavecraft_companion_analysis::survey::{Answer, Depth, Device, Plan, Setting, Subject, run};

    /// Half as loud, and a little square.
    struct Curve;

    impl Device for Curve {
        fn answer(&mut self, signal: &[&[f32]]) -> Result<Answer, String> {
            Ok(signal.iter().map(|channel| channel.iter().map(|x| 0.5 * x + 0.1 * x * x).collect()).collect())
        }

        fn times(&mut self, signal: &[&[f32]], block_frames: usize) -> Result<Vec<u64>, String> {
            Ok(signal[0].chunks(block_frames).map(|_| 1_000).collect())
        }
    }

    pub(crate) fn full(name: &str) -> Document {
        let plan = Plan { depth: Depth::Full, ..Plan::usual(48_000) };
        let setting = Setting {
            id: "drive".into(),
            name: "<Drive>".into(),
            value: 1.0,
            text: "1 \"dB\" & more".into(),
        };
        let subject = Subject {
            name: name.into(),
            settings: vec![setting],
            reported_latency_frames: Some(0),
            ..Subject::default()
        };
        run(&mut Curve, None, plan, subject)
    }

    #[test]
    fn a_page_has_every_chart_with_its_values_and_nothing_of_elsewhere() {
        let text = page(&full("demo"));
        for title in [
            "Response",
            "Phase",
            "Group delay",
            "Harmonics",
            "Spectrum",
            "Distortion by level",
            "Output by input level",
            "Impulse",
            "Step",
        ] {
            assert!(text.contains(&format!("<h2>{title}</h2>")), "{title}");
        }
        assert_eq!(text.matches("<svg").count(), 9);
        assert_eq!(text.matches("<details").count(), 9, "a table of values each");
        assert!(text.contains("−6.0 dB at 1 kHz"), "the figures of the screen");
        for elsewhere in ["http:", "https:", "<script", "url(", "@import"] {
            let text = text.replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains(elsewhere), "{elsewhere}");
        }
        assert!(!text.contains("NaN") && !text.contains("inf"), "what isn't a number isn't drawn");
    }

    #[test]
    fn names_are_text_and_what_was_not_measured_is_said() {
        let text = page(&full("<img src=x>"));
        assert!(!text.contains("<img") && text.contains("&lt;Drive&gt; (drive)"));
        assert!(text.contains("1 &quot;dB&quot; &amp; more"));
        let stopped = Document::stopped(Plan::usual(48_000), Subject::default(), "it crashed <here>".into());
        let text = page(&stopped);
        assert!(text.contains("It was not measured to the end: it crashed &lt;here&gt;"));
        assert!(text.contains("not measured: the processor had stopped") && !text.contains("<svg"));
    }

    #[test]
    fn a_report_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let document = Document::stopped(Plan::usual(48_000), Subject::default(), "no".into());
        let path = folder.path().join("a.html");
        write(&document, &path).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().ends_with("</html>\n"));
        let usual = folder.path().join("usual");
        std::fs::write(&usual, "").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode();
        assert_eq!(mode(&path), mode(&usual));
        std::fs::remove_file(usual).unwrap();
        let nowhere = folder.path().join("nowhere/a.html");
        let error = format!("{:#}", write(&document, &nowhere).unwrap_err());
        assert!(error.contains("nowhere/a.html can't be written"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
