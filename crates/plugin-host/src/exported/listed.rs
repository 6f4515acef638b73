//! What a plugin lists of its parameters for hosts, against what the Companion knows of them.

use clack_extensions::params::{ParamInfoBuffer, ParamInfoFlags, PluginParams};
use clack_host::prelude::ClapId;
use wavecraft_companion_protocol::parameter::ParameterSpec;

use super::instance::Instance;

/// The most steps whose texts are compared.
const STEPS_COMPARED: f64 = 128.0;

/// How a host moves a parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Control {
    pub(crate) id: ClapId,
    /// The values of the host.
    least: f64,
    greatest: f64,
    /// The values of the Companion, and the exponent of its control.
    min: f64,
    span: f64,
    skew: f64,
}

impl Control {
    /// The host's value for one of the Companion's.
    pub(crate) fn value(&self, plain: f32) -> f64 {
        let position = ((f64::from(plain) - self.min) / self.span).clamp(0.0, 1.0);
        self.least + (self.greatest - self.least) * position.powf(self.skew.recip())
    }
}

/// For each parameter of the Companion how a host moves it; none where it has one value only.
///
/// # Errors
/// What the plugin lists otherwise.
pub(super) fn controls(
    instance: &mut Instance,
    specs: &[ParameterSpec],
) -> Result<Vec<Option<Control>>, String> {
    let handle = instance.handle();
    let Some(params) = handle.get_extension::<PluginParams>() else {
        return if specs.is_empty() { Ok(Vec::new()) } else { Err("hosts are told of no parameters".into()) };
    };
    let (mut listed, count) = (0..params.count(&handle), params.count(&handle));
    let mut controls = Vec::with_capacity(specs.len());
    for spec in specs {
        if spec.min >= spec.max {
            controls.push(None);
            continue;
        }
        let mut buffer = ParamInfoBuffer::new();
        let info = listed.next().and_then(|index| params.get_info(&handle, index, &mut buffer));
        let info = info
            .ok_or_else(|| format!("hosts are told of {count} parameters, and `{}` isn't there", spec.id))?;
        let is_stepped = info.flags.contains(ParamInfoFlags::IS_STEPPED);
        let control = Control {
            id: info.id,
            least: info.min_value,
            greatest: info.max_value,
            min: spec.min.into(),
            span: f64::from(spec.max) - f64::from(spec.min),
            skew: spec.skew.filter(|_| !is_stepped).map_or(1.0, f64::from),
        };
        let text = |value: f64| {
            let mut text = [0; 256];
            let text = params.value_to_text(&handle, info.id, value, &mut text);
            String::from_utf8_lossy(text.map_or(&[][..], |text| text)).into_owned()
        };
        let other = |what: &str, told: &str, ours: &str| {
            format!("hosts are told that the {what} of `{}` is {told}, and it is {ours}", spec.id)
        };
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (name, group) = (shown(info.name), shown(info.module));
        if name != spec.name {
            return Err(other("name", &name, &spec.name));
        }
        if group != spec.group.as_deref().unwrap_or_default() {
            return Err(other("group", &group, spec.group.as_deref().unwrap_or("none")));
        }
        let default = control.value(spec.default);
        if (info.default_value - default).abs() > 1e-6 * (control.greatest - control.least) {
            return Err(other("default", &text(info.default_value), &spec.text_of(spec.default)));
        }
        let steps = control.greatest - control.least;
        let mut compared = vec![(control.least, spec.min), (control.greatest, spec.max)];
        if is_stepped && steps <= STEPS_COMPARED {
            let mut value = spec.min + 1.0;
            while value < spec.max {
                compared.push((control.value(value), value));
                value += 1.0;
            }
        }
        for (value, plain) in compared {
            let (told, ours) = (text(value), spec.text_of(plain));
            if told != ours {
                return Err(other("text at one place", &told, &ours));
            }
        }
        controls.push(Some(control));
    }
    match listed.count() {
        0 => Ok(controls),
        more => Err(format!("hosts are told of {count} parameters, {more} more than there are")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hosts_value_is_the_place_of_the_control() {
        let id = ClapId::new(1);
        let curve = Control { id, least: 0.0, greatest: 1.0, min: 20.0, span: 19_980.0, skew: 3.0 };
        assert_eq!([curve.value(20.0), curve.value(20_000.0), curve.value(1e9)], [0.0, 1.0, 1.0]);
        // 20 + 19,980 · 0.5³.
        assert!((curve.value(2517.5) - 0.5).abs() < 1e-9);
        let choice = Control { id, least: 0.0, greatest: 4.0, min: -1.0, span: 4.0, skew: 1.0 };
        assert_eq!([choice.value(-1.0), choice.value(1.0), choice.value(3.0)], [0.0, 2.0, 4.0]);
    }
}
