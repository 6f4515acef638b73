//! `mcp` with the protocol's own Python SDK, which the area `agents` installs.

use crate::{
    measure::plugin,
    support::published::{commit, git},
};
use std::path::Path;

#[test]
#[ignore = "needs a package of PyPI: scripts/test agents"]
fn an_independent_client_agrees_with_the_server() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("../../target/tools/bin/python");
    assert!(python.exists(), "{} is missing: scripts/test agents installs it", python.display());
    let world = plugin();
    let here = world.path("here");
    git(&here, &["init", "--quiet"]);
    commit(&here);
    let pid = world.path("hangs");
    let world = world.env("HANGS", pid);
    let client = root.join("tests/agents/client.py").display().to_string();
    let mut python =
        world.program(&python.display().to_string(), "here", &[&client, env!("CARGO_BIN_EXE_wavecraft")]);
    let output = python.output().expect("Python runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.lines().count(), 4, "{said}");
}
