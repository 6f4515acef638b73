use super::*;
use crate::menu::Action;
use tray_icon::menu::MenuItemKind;

/// A generator that yields the same sequence for the same seed: Marsaglia's xorshift with 64 bits ("Xorshift RNGs",
/// 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn action(&mut self) -> Option<Action> {
        (self.below(2) == 0).then_some(Action::Quit)
    }

    fn shortcut(&mut self) -> Option<Shortcut> {
        [None, Some(Shortcut::Open), Some(Shortcut::Quit)][usize::try_from(self.below(3)).unwrap()]
    }

    /// A random selection of the possible lines, each at most once, in any order, with any text.
    fn entries(&mut self, depth: u32, prefix: &str) -> Vec<Entry> {
        let mut keys: Vec<u64> = (0..12).filter(|_| self.below(2) == 0).collect();
        for last in (1..keys.len()).rev() {
            let other = usize::try_from(self.below(u64::try_from(last + 1).unwrap())).unwrap();
            keys.swap(last, other);
        }
        keys.into_iter()
            .map(|key| {
                let key = format!("{prefix}{key}");
                let label = format!("R&B {}", self.below(3));
                let line = match self.below(5) {
                    0 => Line::Separator,
                    1 => Line::Text(label),
                    2 => Line::Button { label, action: self.action(), shortcut: self.shortcut() },
                    3 => Line::Check { label, on: self.below(2) == 0, action: self.action() },
                    _ if depth == 0 => Line::Text(label),
                    _ => Line::Submenu { label, entries: self.entries(depth - 1, &format!("{key}/")) },
                };
                Entry { key, line }
            })
            .collect()
    }
}

/// The system's items, converted back to lines, with an action if one can be clicked.
fn read(items: &[MenuItemKind]) -> Vec<Entry> {
    items
        .iter()
        .map(|item| {
            let plain = |text: String| text.replace("&&", "&");
            let line = match item {
                MenuItemKind::Predefined(_) => Line::Separator,
                MenuItemKind::MenuItem(item) => Line::Button {
                    label: plain(item.text()),
                    action: item.is_enabled().then_some(Action::Quit),
                    shortcut: None,
                },
                MenuItemKind::Check(item) => Line::Check {
                    label: plain(item.text()),
                    on: item.is_checked(),
                    action: item.is_enabled().then_some(Action::Quit),
                },
                MenuItemKind::Submenu(item) => {
                    Line::Submenu { label: plain(item.text()), entries: read(&item.items()) }
                }
                MenuItemKind::Icon(_) => unreachable!("no line has an icon"),
            };
            Entry { key: item.id().0.clone(), line }
        })
        .collect()
}

/// The lines as they can be read back: separators have no key, buttons no shortcut, and a text is a button that can't
/// be clicked.
fn as_read(entries: &[Entry], items: &[MenuItemKind]) -> Vec<Entry> {
    entries
        .iter()
        .zip(items)
        .map(|(entry, item)| match (&entry.line, item) {
            (Line::Separator, item) => Entry { key: item.id().0.clone(), line: Line::Separator },
            (Line::Text(label), _) => button(entry, label, None),
            (Line::Button { label, action, .. }, _) => button(entry, label, action.clone()),
            (Line::Submenu { label, entries }, MenuItemKind::Submenu(item)) => Entry {
                key: entry.key.clone(),
                line: Line::Submenu { label: label.clone(), entries: as_read(entries, &item.items()) },
            },
            _ => entry.clone(),
        })
        .collect()
}

fn button(entry: &Entry, label: &str, action: Option<Action>) -> Entry {
    Entry { key: entry.key.clone(), line: Line::Button { label: label.into(), action, shortcut: None } }
}

#[test]
fn ten_thousand_changes_lose_no_item() {
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let mut shown = Items::new(&[]).unwrap();
    for change in 0..10_000 {
        let entries = dice.entries(2, "/");
        shown.show(&entries).unwrap();
        let items = shown.root().items();
        assert_eq!(items.len(), entries.len(), "change {change}");
        assert_eq!(read(&items), as_read(&entries, &items), "change {change}");
    }
}

#[test]
fn a_line_keeps_its_item_while_its_text_changes() {
    let entry = |text: &str| [Entry { key: "a".into(), line: Line::Text(text.into()) }];
    let mut shown = Items::new(&entry("before")).unwrap();
    let MenuItemKind::MenuItem(item) = shown.root().items().remove(0) else { panic!("a plain item") };
    shown.show(&entry("after")).unwrap();
    assert_eq!(item.text(), "after");
}

#[test]
fn a_click_that_changes_nothing_leaves_the_mark_as_it_was() {
    let entries = [Entry {
        key: "a".into(),
        line: Line::Check { label: "Tone".into(), on: true, action: Some(Action::Quit) },
    }];
    let mut shown = Items::new(&entries).unwrap();
    let MenuItemKind::Check(item) = shown.root().items().remove(0) else { panic!("a check item") };
    // As the system does at a click.
    item.set_checked(false);
    shown.show(&entries).unwrap();
    assert!(item.is_checked());
}
