//! The form of a VST3 preset's file: Steinberg, "Preset Format" of "VST 3 Locations / Format".

/// The number of the form.
const VERSION: i32 = 1;
/// The header: two words, the class and the list's place.
const HEADER_BYTES: usize = 4 + 4 + 32 + 8;

/// A file with a component's state, for the plugin of this class (32 hexadecimal digits), by this creator.
pub(crate) fn file(class: &str, state: &[u8], creator: &str) -> Vec<u8> {
    let about = format!(
        r#"<?xml version="1.0" encoding="utf-8"?><MetaInfo><Attribute id="CreationTool" value="{creator}" type="string"/></MetaInfo>"#
    );
    let (state_at, about_at) = (offset(HEADER_BYTES), offset(HEADER_BYTES + state.len()));
    let (state_bytes, about_bytes) = (offset(state.len()), offset(about.len()));
    let mut file = Vec::new();
    file.extend(b"VST3");
    file.extend(VERSION.to_le_bytes());
    file.extend(class.bytes().chain(std::iter::repeat(b'0')).take(32));
    file.extend((about_at + about_bytes).to_le_bytes());
    file.extend(state);
    file.extend(about.as_bytes());
    file.extend(b"List");
    file.extend(2_i32.to_le_bytes());
    for (chunk, start, bytes) in [(b"Comp", state_at, state_bytes), (b"Info", about_at, about_bytes)] {
        file.extend(chunk);
        file.extend(start.to_le_bytes());
        file.extend(bytes.to_le_bytes());
    }
    file
}

fn offset(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_leads_from_its_header_to_the_state() {
        let class = "0123456789ABCDEF0123456789ABCDEF";
        let file = file(class, b"{\"a\":1}", "us");
        assert_eq!((&file[..4], &file[8..40]), (&b"VST3"[..], class.as_bytes()));
        let number =
            |at: usize| usize::try_from(i64::from_le_bytes(file[at..at + 8].try_into().unwrap())).unwrap();
        let list = number(40);
        assert_eq!(&file[list..list + 8], b"List\x02\0\0\0");
        let chunk = |at: usize| (&file[at..at + 4], &file[number(at + 4)..number(at + 4) + number(at + 12)]);
        assert_eq!(chunk(list + 8), (&b"Comp"[..], &b"{\"a\":1}"[..]));
        let (id, about) = chunk(list + 28);
        assert_eq!((id, list + 48), (&b"Info"[..], file.len()));
        assert!(String::from_utf8_lossy(about).contains("value=\"us\""));
    }
}
