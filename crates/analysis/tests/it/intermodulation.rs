//! Intermodulation of two sines: to 0.001 dB of what a polynomial makes.

use crate::devices::{db, factor, shaped};
use wavecraft_companion_analysis::{
    TwoTones, Unmeasured,
    two_tones::{Intermodulation, Method},
};

fn measured(method: Method, level: f64, curve: impl Fn(f64) -> f64) -> Intermodulation {
    let tones = TwoTones::new(96_000, method, level).expect("they are below half the rate");
    tones.analyse(&shaped(tones.signal(), curve)).expect("it sounds")
}

/// a·x² makes a·A₁·A₂ at f₂ ± f₁, b·x³ makes ¾·b·A₁²·A₂ at f₂ ± 2f₁, and adds b·(¾·A₂³ + 3/2·A₁²·A₂) at f₂.
#[test]
fn a_polynomial_has_the_sidebands_of_its_terms() {
    let (a, b) = (0.1, 0.05);
    for level in [-40.0, -20.0, 0.0] {
        let peak = factor(level);
        let curve = |x: f64| x + a * x * x + b * x * x * x;
        // Rounding is 145 dB below the peak.
        let close = |found: f64, expected: f64| (found - expected).abs() < 0.001 + factor(-expected - 130.0);

        let smpte = measured(Method::Smpte, level, curve);
        let (low, high) = (0.8 * peak, 0.2 * peak);
        let carrier = high + b * (0.75 * high.powi(3) + 1.5 * low.powi(2) * high);
        let (second, third) = (2.0 * a * low * high / carrier, 1.5 * b * low.powi(2) * high / carrier);
        assert!(close(smpte.second_order.db.db(), db(second)), "{level}: {smpte:?}");
        assert!(close(smpte.third_order.db.db(), db(third)), "{level}: {smpte:?}");
        assert!(close(smpte.total.db.db(), db(second.hypot(third))), "{level}: {smpte:?}");
        assert!((smpte.levels_dbfs[1].db() - db(carrier)).abs() < 1e-4);

        let ccif = measured(Method::Ccif, level, curve);
        let each = 0.5 * peak;
        let both = 2.0 * (each + b * (0.75 + 1.5) * each.powi(3));
        let (second, third) = (a * each * each / both, 1.5 * b * each.powi(3) / both);
        assert!(close(ccif.second_order.db.db(), db(second)), "{level}: {ccif:?}");
        assert!(close(ccif.third_order.db.db(), db(third)), "{level}: {ccif:?}");
    }
}

#[test]
fn what_is_linear_has_none() {
    for method in [Method::Smpte, Method::Ccif] {
        for rate in [44_100, 48_000, 384_000] {
            let tones = TwoTones::new(rate, method, -6.0).expect("they are below half the rate");
            let found = tones.analyse(&shaped(tones.signal(), |x| 0.7 * x)).expect("it sounds");
            assert!(found.total.db.db() < -120.0, "{rate}: {found:?}");
        }
    }
}

#[test]
fn both_peak_as_high_as_one_sine() {
    for method in [Method::Smpte, Method::Ccif] {
        let tones = TwoTones::new(48_000, method, -6.0).expect("they are below half the rate");
        let peak = tones.signal().iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        assert!(f64::from(peak) <= factor(-6.0) + 1e-6 && f64::from(peak) > 0.98 * factor(-6.0), "{peak}");
    }
}

#[test]
fn at_low_rates_there_is_no_room_for_them() {
    let refused =
        |rate, method| matches!(TwoTones::new(rate, method, -6.0), Err(Unmeasured::AboveNyquist { .. }));
    assert!(refused(8_000, Method::Smpte) && !refused(16_000, Method::Smpte));
    assert!(refused(32_000, Method::Ccif) && refused(40_000, Method::Ccif) && !refused(44_100, Method::Ccif));
}
