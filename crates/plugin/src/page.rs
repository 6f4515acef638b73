//! The plugin's own page: answers its messages, which are those of the dev WebSocket, and tells it what the host changes.
//!
//! It knows no window: who has one hands over what the page says, and brings the page what is to be said. All of it happens on
//! the main thread. A host may call back while it is told of a change, so nothing here is borrowed meanwhile.

mod files;
mod hand;
mod outbox;
mod presets;
mod size;
mod window;

use std::sync::Arc;

use hand::{EndGesture, Hand};
use nice_plug::context::gui::GuiContext;
use outbox::Outbox;
use presets::Presets;
pub(crate) use size::WindowSize;
use wavecraft_companion_protocol::{
    browser::{
        GetAllParameters, GetAllParametersResult, GetParameterParams, GetParameterResult, GetPresets,
        PARAMETER_CHANGED, PARAMETERS_CHANGED, PRESET_CHANGED, ParameterChanged, ParametersChanged, Ping,
        Pong, SetParameter, answer, notification,
    },
    method::{Done, Method},
    parameter::SetParameterError,
    preset::{LoadPreset, StepPreset},
    rpc::{self, Call, ErrorObject, INVALID_REQUEST, Id, Incoming},
};

use crate::factory::FactoryPreset;
use crate::parameters::Parameters;

/// The most bytes of a page's message, as on the dev WebSocket.
pub(crate) const MAX_MESSAGE_BYTES: usize = 64 * 1024;

/// What every page of a plugin shows.
#[derive(Clone)]
pub(crate) struct Shown {
    pub(crate) parameters: Arc<Parameters>,
    /// Those that it ships with.
    pub(crate) presets: &'static [FactoryPreset],
    /// The plugin's version.
    pub(crate) version: &'static str,
}

impl Shown {
    /// One that speaks with this host.
    pub(crate) fn page(&self, host: GuiContext) -> Page {
        Page {
            parameters: Arc::clone(&self.parameters),
            host,
            presets: Presets::new(self.presets, self.version),
            hand: Hand::default(),
            outbox: Outbox::new(self.parameters.count()),
        }
    }
}

/// What answers a plugin's page.
pub struct Page {
    parameters: Arc<Parameters>,
    host: GuiContext,
    presets: Presets,
    hand: Hand,
    outbox: Outbox,
}

impl Page {
    /// A script to run on the page before its own.
    pub const CHANNEL: &str = window::CHANNEL;
    /// The Content-Security-Policy with which its files are given.
    pub const POLICY: &str = window::POLICY;

    /// The type and the bytes of a file of the built page, by its path in the page's address.
    #[must_use]
    pub fn file(path: &str) -> Option<(&'static str, &'static [u8])> {
        files::file(path)
    }

    /// The page said something.
    pub fn hears(&self, text: &str) {
        // Nobody who waits for answers has so many of them to come.
        if self.outbox.is_full() {
            return;
        }
        if let Some(answer) = self.answer_to(text) {
            self.outbox.put(answer);
        }
    }

    /// The host changed a parameter, or has taken what the page changed.
    pub fn value_changed(&self, id: &str) {
        if let Some(index) = self.parameters.index(id) {
            self.outbox.mark(index);
        }
    }

    /// The host loaded a state.
    pub fn state_changed(&self) {
        self.outbox.mark_all();
    }

    /// The script that tells the page what waits for it; none where nothing does, or while the one before hasn't [run](Self::ran).
    #[must_use]
    pub fn to_run(&self) -> Option<String> {
        let texts = self.to_tell();
        (!texts.is_empty()).then(|| window::receiving(&texts))
    }

    /// Texts for the page, in their order, of which each is one message.
    fn to_tell(&self) -> Vec<String> {
        let Some(news) = self.outbox.take() else { return Vec::new() };
        let mut texts = Vec::new();
        if news.all {
            texts.push(notification(PARAMETERS_CHANGED, &ParametersChanged {}));
        }
        texts.extend(news.changed.into_iter().filter_map(|index| {
            let (id, value) = (self.parameters.spec(index)?.id.clone(), self.parameters.value(index)?);
            Some(notification(PARAMETER_CHANGED, &ParameterChanged { id, value }))
        }));
        texts.extend(self.presets.news(&self.parameters).map(|news| notification(PRESET_CHANGED, &news)));
        texts.extend(news.answers);
        texts
    }

    /// The script has run.
    pub fn ran(&self) {
        self.outbox.arrived();
    }

    /// The page is gone, or begins anew: nothing is held any more, and nothing waits for it.
    pub fn leaves(&self) {
        self.hand.lets_go(&self.parameters, &self.host);
        self.outbox.clear();
    }

    fn answer_to(&self, text: &str) -> Option<String> {
        let refused = |id: &Id, error| Some(answer(id, &Err::<Done, _>(error)));
        if text.len() > MAX_MESSAGE_BYTES {
            let message = format!("a message has at most {MAX_MESSAGE_BYTES} bytes, not {}", text.len());
            return refused(&Id::Null, ErrorObject::new(INVALID_REQUEST, message));
        }
        match rpc::decode(text) {
            Incoming::Single(Ok(call)) => self.carry_out(&call),
            Incoming::Single(Err(rejected)) => refused(&rejected.id, rejected.error),
            Incoming::Batch(_) => {
                let message = "a plugin takes one call at a time: send those of a batch one by one";
                refused(&Id::Null, ErrorObject::new(INVALID_REQUEST, message))
            }
        }
    }

    fn carry_out(&self, call: &Call) -> Option<String> {
        match call.method.as_str() {
            Ping::NAME => done(call, |_: Ping| Ok(Pong { pong: true })),
            GetParameterParams::NAME => done(call, |asked| self.parameter(asked)),
            SetParameter::NAME => done(call, |asked| self.set(asked)),
            EndGesture::NAME => done(call, |EndGesture { gesture }| {
                if self.hand.is(gesture) {
                    self.hand.lets_go(&self.parameters, &self.host);
                }
                Ok(Done {})
            }),
            GetAllParameters::NAME => done(call, |_: GetAllParameters| {
                let (parameters, processors) = (self.parameters.now(), self.parameters.chain().to_vec());
                Ok(GetAllParametersResult { parameters, processors })
            }),
            GetPresets::NAME => done(call, |_: GetPresets| Ok(self.presets.list(&self.parameters))),
            LoadPreset::NAME => done(call, |asked| self.presets.load(&asked, &self.parameters, &self.host)),
            StepPreset::NAME => done(call, |asked| self.presets.step(asked, &self.parameters, &self.host)),
            unknown => {
                let id = call.id.as_ref()?;
                Some(answer(id, &Err::<Done, _>(ErrorObject::no_method(unknown))))
            }
        }
    }

    fn parameter(
        &self,
        GetParameterParams { id }: GetParameterParams,
    ) -> Result<GetParameterResult, ErrorObject> {
        match self.parameters.index(&id).and_then(|index| self.parameters.value(index)) {
            Some(value) => Ok(GetParameterResult { id, value }),
            None => Err(SetParameterError::UnknownParameter(id).into()),
        }
    }

    fn set(&self, SetParameter { id, value, gesture }: SetParameter) -> Result<Done, ErrorObject> {
        let known = self.parameters.index(&id).and_then(|index| Some((index, self.parameters.spec(index)?)));
        let Some((index, spec)) = known else {
            return Err(SetParameterError::UnknownParameter(id).into());
        };
        let value = spec.accept(value).map_err(SetParameterError::from)?;
        self.hand.sets(index, value, gesture, &self.parameters, &self.host);
        Ok(Done {})
    }
}

fn done<M: Method>(call: &Call, run: impl FnOnce(M) -> Result<M::Result, ErrorObject>) -> Option<String> {
    let outcome = M::read(call).and_then(run);
    call.id.as_ref().map(|id| answer(id, &outcome))
}

#[cfg(test)]
mod tests;
