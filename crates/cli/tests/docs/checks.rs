//! The guide's table of tests is the list of tests.

use crate::document::root;
use std::fs;
use wavecraft_companion_check::{CLICK_DB, Limits, TESTS};

#[test]
fn the_guide_lists_the_tests_that_there_are() {
    let guide = fs::read_to_string(root().join("docs/guides/checking.md")).expect("the guide");
    let rows: Vec<&str> = guide
        .lines()
        .skip_while(|line| *line != "| name | why |")
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    let wanted: Vec<String> =
        TESTS.iter().map(|test| format!("| `{}` | {} |", test.name, test.why)).collect();
    assert_eq!(rows, wanted);
    let readme = fs::read_to_string(root().join("templates/react/README.md")).expect("the template's");
    assert!(readme.contains("wavecraft check"));
}

#[test]
fn the_limits_in_the_guide_and_the_template_are_the_defaults() {
    let Limits { same_db, click_db: _, tail_seconds, rate_db, memory_kib, cost_percent } = Limits::default();
    let guide = fs::read_to_string(root().join("docs/guides/checking.md")).expect("the guide");
    for line in [
        format!("same_db = {same_db:.1} "),
        format!("click_db = {CLICK_DB:.1} "),
        format!("tail_seconds = {tail_seconds:.1} "),
        format!("rate_db = {rate_db:.1} "),
        format!("memory_kib = {memory_kib} "),
        format!("cost_percent = {cost_percent:.1} "),
    ] {
        assert!(guide.contains(&line), "no `{line}` in the guide");
    }
    let template = fs::read_to_string(root().join("templates/react/wavecraft.toml")).expect("the template's");
    for limits in [
        format!("click_db = {CLICK_DB:.1}\n"),
        format!(
            "# tail_seconds = {tail_seconds:.1}\n# rate_db = {rate_db:.1}\n# cost_percent = {cost_percent:.1}\n"
        ),
    ] {
        assert!(template.contains(&limits), "no `{limits}` in the template");
    }
}
