//! P5: the dev server against the published one, `wavecraft-dev-server` 0.12, over the same parameters. Both run in
//! processes of their own, and both are driven by the same code, in turns. Then the companion itself: what pages with
//! meters cost it.

mod fan_out;
mod load;
mod meters;

use crate::Run;
use crate::lines::Lines;

pub(crate) fn measure(run: &Run, lines: &mut Lines) {
    let clients = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    clients.block_on(load::measure(run, lines));
    clients.block_on(fan_out::measure(run, lines));
    clients.block_on(meters::measure(run, lines));
}

/// What every line of this measure is compared with.
const PUBLISHED: &str = "published dev server";
