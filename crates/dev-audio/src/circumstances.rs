//! What is otherwise than when a person plays, because `wavecraft check` asked for it.

use wavecraft_companion_protocol::condition::Condition;

use crate::chain::Planned;

/// Tempo in beats per minute, as the transport reports it to processors.
const TEMPO: f64 = 120.0;

/// How the processors are run.
pub(crate) struct Circumstances {
    /// The transport's tempo in beats per minute.
    pub(crate) tempo: Option<f64>,
    /// Whether the transport plays.
    pub(crate) playing: bool,
    /// The processors of a second chain, which runs beside the first.
    pub(crate) twin: Option<Vec<Planned>>,
}

impl Default for Circumstances {
    fn default() -> Self {
        Self { tempo: Some(TEMPO), playing: true, twin: None }
    }
}

impl Circumstances {
    /// Under these conditions, with a second chain if there is one.
    pub(crate) fn of(wanted: &[Condition], twin: Option<Vec<Planned>>) -> Self {
        let has = |condition| wanted.contains(&condition);
        Self {
            tempo: Some(TEMPO).filter(|_| !has(Condition::Untimed)),
            playing: !has(Condition::Stopped),
            twin,
        }
    }

    /// The conditions that these are.
    pub(crate) fn met(&self) -> Vec<Condition> {
        let all = [
            (Condition::Twin, self.twin.is_some()),
            (Condition::Stopped, !self.playing),
            (Condition::Untimed, self.tempo.is_none()),
        ];
        all.into_iter().filter(|(_, is_met)| *is_met).map(|(condition, _)| condition).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_met_is_told() {
        assert_eq!(Circumstances::default().met(), []);
        let all = [Condition::Twin, Condition::Stopped, Condition::Untimed];
        assert_eq!(Circumstances::of(&all, None).met(), all[1..], "nobody said how to make a second chain");
        assert_eq!(Circumstances::of(&all, Some(Vec::new())).met(), all);
    }
}
