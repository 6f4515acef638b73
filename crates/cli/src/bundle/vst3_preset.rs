//! The form of a VST3 preset's file: Steinberg, "Preset Format" of "VST 3 Locations / Format".

/// The number of the form.
const VERSION: i32 = 1;
/// The header: two words, the class and the list's place.
const HEADER_BYTES: usize = 4 + 4 + 32 + 8;

/// A file with a component's state, for the plugin of this class: 32 hexadecimal digits.
pub(crate) fn file(class: &str, state: &[u8]) -> Vec<u8> {
    let (start, size) = (offset(HEADER_BYTES), offset(state.len()));
    let mut file = Vec::with_capacity(HEADER_BYTES + state.len() + 28);
    file.extend(b"VST3");
    file.extend(VERSION.to_le_bytes());
    file.extend(class.bytes().chain(std::iter::repeat(b'0')).take(32));
    file.extend((start + size).to_le_bytes());
    file.extend(state);
    file.extend(b"List");
    file.extend(1_i32.to_le_bytes());
    file.extend(b"Comp");
    file.extend(start.to_le_bytes());
    file.extend(size.to_le_bytes());
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
        let file = file(class, b"{\"a\":1}");
        assert_eq!((&file[..4], &file[8..40]), (&b"VST3"[..], class.as_bytes()));
        let number = |at: usize| usize::try_from(i64::from_le_bytes(file[at..at + 8].try_into().unwrap())).unwrap();
        let list = number(40);
        assert_eq!((&file[list..list + 4], &file[list + 8..list + 12]), (&b"List"[..], &b"Comp"[..]));
        let (start, size) = (number(list + 12), number(list + 20));
        assert_eq!((&file[start..start + size], list + 28), (&b"{\"a\":1}"[..], file.len()));
    }
}
