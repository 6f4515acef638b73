use super::*;
use crate::host::SetParameterError;
use wavecraft_companion_protocol::browser::GetAllParametersResult;

struct Nobody;

impl Host for Nobody {
    fn parameters(&self) -> GetAllParametersResult {
        GetAllParametersResult { parameters: Vec::new(), processors: Vec::new() }
    }
    fn parameter(&self, _: &str) -> Option<f32> {
        None
    }
    fn set_parameter(&self, id: &str, _: f32) -> Result<f32, SetParameterError> {
        Err(SetParameterError::UnknownParameter(id.into()))
    }
}

/// How many pictures each of some clients gets in a second, and the most that are made at a tick.
fn pictures(wishes: &[(f32, u32)]) -> (Vec<usize>, usize) {
    use wavecraft_companion_protocol::browser::Edge;
    let hub = Arc::new(Hub::new(Arc::new(Nobody), Limits::default()));
    let members: Vec<Member> = wishes.iter().map(|_| hub.join(Role::Page)).collect();
    for (member, (span_ms, hz)) in members.iter().zip(wishes) {
        let scope = Some(ScopeRequest { span_ms: *span_ms, edge: Edge::Rising, level: 0.0 });
        hub.subscribe(member.id(), Subscribe { topics: vec![Topic::Scope], hz: *hz, scope });
    }
    let (mut got, mut most) = (vec![0; wishes.len()], 0);
    for tick in 0..60 {
        let due = hub.due_pictures(tick);
        most = most.max(due.len());
        for outbox in due.iter().flat_map(|(_, outboxes)| outboxes) {
            let index = members.iter().position(|member| Arc::ptr_eq(&member.outbox, outbox));
            got[index.expect("a member")] += 1;
        }
        assert!(hub.due(Topic::Scope, tick).is_empty(), "none gets the published frame too");
    }
    (got, most)
}

#[test]
fn equal_wishes_are_one_picture_and_each_has_its_rate() {
    let (got, most) = pictures(&[(20.0, 60), (20.0, 60), (20.0, 30), (50.0, 10)]);
    assert_eq!((got, most), (vec![60, 60, 30, 10], 2));
}

#[test]
fn as_many_different_wishes_as_clients_take_turns() {
    let wishes: Vec<_> = (1..=32_u8).map(|number| (f32::from(number), 60)).collect();
    let (got, most) = pictures(&wishes);
    assert_eq!(most, PICTURES_A_TICK);
    assert!(got.iter().all(|count| (14..=16).contains(count)), "{got:?}");
    // Slower ones aren't starved by faster ones.
    let wishes: Vec<_> =
        (1..=32_u8).map(|number| (f32::from(number), if number > 24 { 5 } else { 60 })).collect();
    let (got, _) = pictures(&wishes);
    assert!(got.iter().all(|count| *count >= 4), "{got:?}");
}

#[test]
fn every_rate_is_met_exactly_and_evenly() {
    for hz in 1..=MAX_HZ {
        let due: Vec<u64> = (0..600).filter(|tick| is_due(*tick, hz)).collect();
        assert_eq!(due.len(), usize::try_from(hz).unwrap() * 10, "{hz}");
        let gaps = || due.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(gaps().max() <= gaps().min().map(|least| least + 1), "{hz}");
    }
}
