//! The companion's notices in the terminal: each once when it appears, with the key that helps, and once when it is over.

use std::collections::{BTreeMap, VecDeque};
use wavecraft_companion_protocol::session::{Notice, NoticeAction};

/// How many of the latest lines are remembered: what was just said isn't said again.
const SAID: usize = 16;
/// Told elsewhere: devices by their own event, the microphone by the companion's line, which has the keys, a start by the live line,
/// and what is done in `process` place by place.
const TOLD_ELSEWHERE: [&str; 4] = ["devices", "microphone", "starting", "realtime"];

/// What the user was told of the notices.
#[derive(Debug, Default)]
pub(super) struct ToldNotices {
    /// Those that last, by their ids.
    lasting: BTreeMap<String, Option<NoticeAction>>,
    /// The latest lines, and whether the key that helps was told to each.
    said: VecDeque<(String, bool)>,
}

/// A line about a notice.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It is new: its text if that wasn't just said, and the key that helps.
    Began { text: Option<String>, key: Option<&'static str> },
    /// It is over.
    Over(&'static str),
}

impl ToldNotices {
    /// A line that was printed: the companion may have said the same already.
    pub(super) fn said(&mut self, line: &str) {
        if self.said.len() == SAID {
            self.said.pop_front();
        }
        self.said.push_back((bare(line), false));
    }

    /// The user did that by a key, and was told what came of it.
    pub(super) fn muted_by_key(&mut self, on: bool) {
        for id in ["mute", "howl"] {
            self.lasting.remove(id);
        }
        if on {
            self.lasting.insert("mute".into(), Some(NoticeAction::Unmute));
        }
    }

    /// What is new.
    pub(super) fn news(&mut self, notices: &[Notice]) -> Vec<News> {
        let mut news = Vec::new();
        for Notice { id, text, action } in notices {
            let is_new = self.lasting.insert(id.clone(), *action).is_none();
            if !is_new || TOLD_ELSEWHERE.contains(&id.as_str()) {
                continue;
            }
            // A text may name the key itself.
            let key = action.map(key).filter(|key| !bare(text).contains(&bare(short(key))));
            let of_this =
                |(line, _): &&mut (String, bool)| !line.is_empty() && bare(text).starts_with(line.as_str());
            let said = self.said.iter_mut().rfind(of_this);
            let text = Some(text.clone()).filter(|_| said.is_none());
            // A trouble that was away for a moment, as while the processor is bypassed, is no news.
            let told = said.is_some_and(|(_, told)| std::mem::replace(told, true));
            let key = key.filter(|_| !told);
            if text.is_some() || key.is_some() {
                news.push(News::Began { text, key });
            }
        }
        self.lasting.retain(|id, _| {
            let lasts = notices.iter().any(|notice| notice.id == *id);
            if !lasts {
                news.extend(over(id).map(News::Over));
            }
            lasts
        });
        news
    }
}

/// A line for comparison: without capitals, and the full stop that makes it a sentence.
fn bare(line: &str) -> String {
    line.trim().trim_end_matches('.').to_lowercase()
}

/// The key that does what helps.
fn key(action: NoticeAction) -> &'static str {
    match action {
        NoticeAction::Restart => "Press r to start it again.",
        NoticeAction::Unmute => "m unmutes.",
        NoticeAction::AllowMicrophone => "y allows it, n refuses.",
    }
}

/// The key and what it does: the first two words.
fn short(key: &str) -> &str {
    key.match_indices(' ').nth(1).map_or(key, |(end, _)| &key[..end])
}

/// What is said when a trouble is over, where nothing else says so.
fn over(id: &str) -> Option<&'static str> {
    match id {
        "mute" | "howl" => Some("Unmuted."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(id: &str, text: &str, action: Option<NoticeAction>) -> Notice {
        Notice { id: id.into(), text: text.into(), action }
    }

    fn began(text: Option<&str>, key: &'static str) -> News {
        News::Began { text: text.map(str::to_owned), key: Some(key) }
    }

    #[test]
    fn each_is_told_once_and_its_end_too() {
        let mut told = ToldNotices::default();
        let mute = [notice("mute", "Muted, because of feedback.", Some(NoticeAction::Unmute))];
        assert_eq!(told.news(&mute), [began(Some("Muted, because of feedback."), "m unmutes.")]);
        assert_eq!(told.news(&mute), []);
        assert_eq!(told.news(&[]), [News::Over("Unmuted.")]);
        assert_eq!(told.news(&[]), []);
        assert_eq!(told.news(&mute).len(), 1, "another one");
    }

    #[test]
    fn of_what_was_just_said_only_the_key_is_left() {
        let mut told = ToldNotices::default();
        told.said("the processor's output is not a number: silence is played instead");
        let text =
            "The processor's output is not a number: silence is played instead. A reset didn't help yet.";
        let nan = [notice("notANumber", text, Some(NoticeAction::Restart))];
        assert_eq!(told.news(&nan), [began(None, "Press r to start it again.")]);
        assert_eq!(told.news(&[]), [], "the companion says when it is over");
        assert_eq!(told.news(&nan), [], "it was away for a moment");
        assert_eq!(told.news(&[]), []);
        told.said("too slow");
        let mode = notice("mode", "Too slow: pipelined mode goes on.", None);
        assert_eq!(told.news(&[mode]), [], "it was said, and no key helps");
    }

    #[test]
    fn a_key_that_the_text_names_is_told_once() {
        let mut told = ToldNotices::default();
        let text = "Crashed 3 times in 30 s, so it is paused. Save a fix, or press r.";
        let held = notice("state", text, Some(NoticeAction::Restart));
        assert_eq!(told.news(&[held]), [News::Began { text: Some(text.into()), key: None }]);
    }

    #[test]
    fn the_users_own_key_and_what_has_an_event_are_no_news() {
        let mut told = ToldNotices::default();
        told.muted_by_key(true);
        let mute = notice("mute", "Muted.", Some(NoticeAction::Unmute));
        assert_eq!(told.news(&[mute.clone(), notice("devices", "There is no microphone.", None)]), []);
        told.muted_by_key(false);
        assert_eq!(told.news(&[]), []);
        assert_eq!(told.news(&[mute]).len(), 1, "by a page");
    }
}
