//! The menu as a panel gets it: `com.canonical.dbusmenu`, read and clicked.

use crate::{bus::Panel, support::eventually};
use std::{collections::HashMap, fmt::Write};
use zbus::{
    blocking::{Connection, Proxy, proxy::Builder},
    proxy::CacheProperties,
    zvariant::{Structure, Value},
};

/// An item: its id, its properties, its children.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    id: i32,
    pub(crate) label: String,
    pub(crate) enabled: bool,
    pub(crate) checked: bool,
    separator: bool,
    pub(crate) children: Vec<Item>,
}

/// The companion's icon and menu.
pub(crate) struct Tray<'a> {
    icon: Proxy<'a>,
    menu: Proxy<'a>,
}

impl<'a> Tray<'a> {
    /// The icon and menu of the companion that registered at the panel last.
    pub(crate) fn of(panel: &'a Panel) -> Self {
        let name = panel.registered.recv_timeout(crate::support::LIMIT).expect("an icon is registered");
        Self::named(&panel.connection, &name)
    }

    /// The icon and menu of the companion with this name on the bus.
    pub(crate) fn named(connection: &'a Connection, name: &str) -> Self {
        let proxy = |path: &'static str, interface: &'static str| {
            // An icon's changes come as its own signals, which a cache of properties doesn't know.
            Builder::<Proxy<'_>>::new(connection)
                .destination(name.to_owned())
                .and_then(|builder| builder.path(path))
                .and_then(|builder| builder.interface(interface))
                .and_then(|builder| builder.cache_properties(CacheProperties::No).build())
                .unwrap()
        };
        let icon = proxy("/StatusNotifierItem", "org.kde.StatusNotifierItem");
        Self { icon, menu: proxy("/MenuBar", "com.canonical.dbusmenu") }
    }

    /// A left click on the icon, which on Linux opens no menu.
    pub(crate) fn click_icon(&self) {
        self.icon.call_method("Activate", &(0_i32, 0_i32)).unwrap();
    }

    /// The color of the icon's opaque pixels.
    pub(crate) fn color(&self) -> [u8; 3] {
        // Width, height, then alpha, red, green, blue of each pixel.
        let images: Vec<(i32, i32, Vec<u8>)> = self.icon.get_property("IconPixmap").unwrap();
        let (width, height, bytes) = &images[0];
        assert_eq!((*width, *height), (44, 44));
        let opaque = bytes.as_chunks::<4>().0.iter().find(|pixel| pixel[0] == 255).expect("an opaque pixel");
        [opaque[1], opaque[2], opaque[3]]
    }

    /// The whole menu.
    pub(crate) fn items(&self) -> Vec<Item> {
        let whole = (0_i32, -1_i32, Vec::<String>::new());
        let message = self.menu.call_method("GetLayout", &whole).unwrap();
        let body = message.body();
        // The layout's revision, then the root item.
        let answer: Structure<'_> = body.deserialize().unwrap();
        item(&answer.fields()[1]).children
    }

    /// The whole menu as the user reads it: ✓ is on, ✗ can't be clicked, and an item's children are indented.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        write_lines(&self.items(), "", &mut text);
        text
    }

    /// Waits until the menu contains this text.
    pub(crate) fn says(&self, part: &str) {
        eventually(&format!("the menu says {part:?}; it says\n{}", self.text()), || {
            self.text().contains(part).then_some(())
        });
    }

    /// Clicks the item with this label, or the one in the submenu before the slash: "Source/Tone".
    pub(crate) fn click(&self, path: &str) {
        eventually(&format!("{path} is clicked"), || {
            let item = self.find(path);
            assert!(item.enabled, "{path} can't be clicked");
            let clicked = (item.id, "clicked", Value::from(0_i32), 0_u32);
            // A menu that changed in between has other ids: a panel asks for it anew, too.
            self.menu.call_method("Event", &clicked).ok()
        });
    }

    /// How many presses of the up arrow lead from the pointer to the line with this label: the first leads to the last
    /// line.
    pub(crate) fn arrows_up_to(&self, label: &str) -> usize {
        let items = self.items();
        let lines = items.iter().rev().filter(|item| item.enabled && !item.separator);
        1 + lines.take_while(|item| item.label != label).count()
    }

    /// The item with this label, or the one in the submenu before the slash.
    pub(crate) fn find(&self, path: &str) -> Item {
        let mut items = self.items();
        let mut names = path.split('/').peekable();
        loop {
            let name = names.next().unwrap();
            let found = items.iter().find(|item| item.label.starts_with(name));
            let found = found.unwrap_or_else(|| panic!("no {name} in\n{}", self.text())).clone();
            if names.peek().is_none() {
                return found;
            }
            items = found.children;
        }
    }
}

fn write_lines(items: &[Item], indent: &str, text: &mut String) {
    for item in items {
        let mark = match (item.checked, item.enabled) {
            (true, _) => " ✓",
            (false, true) => "",
            (false, false) => " ✗",
        };
        let label = if item.separator { "-" } else { &item.label };
        writeln!(text, "{indent}{label}{mark}").unwrap();
        write_lines(&item.children, &format!("{indent}  "), text);
    }
}

/// `(ia{sv}av)`: <https://github.com/AyatanaIndicators/libdbusmenu>, `dbus-menu.xml`. Absent properties have defaults.
fn item(value: &Value<'_>) -> Item {
    let mut value = value;
    while let Value::Value(inner) = value {
        value = inner;
    }
    let Value::Structure(fields) = value else { panic!("no item: {value:?}") };
    let [Value::I32(id), properties, Value::Array(children)] = fields.fields() else {
        panic!("no item: {fields:?}")
    };
    let properties: HashMap<String, Value<'_>> = properties.try_clone().unwrap().try_into().unwrap();
    let text = |name: &str| match properties.get(name) {
        Some(Value::Str(text)) => text.to_string(),
        _ => String::new(),
    };
    Item {
        id: *id,
        // An underscore marks a keyboard shortcut, two of them are one.
        label: text("label").replace("__", "_"),
        enabled: !matches!(properties.get("enabled"), Some(Value::Bool(false))),
        checked: matches!(properties.get("toggle-state"), Some(Value::I32(1))),
        separator: text("type") == "separator",
        children: children.iter().map(item).collect(),
    }
}
