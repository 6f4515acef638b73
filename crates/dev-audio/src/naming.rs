//! Names made from the types of a chain, the same as those of a Wavecraft plugin with that chain, so that one user
//! interface works with both. The rules are those of `wavecraft-macros` 0.12, `plugin/naming.rs`.

/// The start of each processor's parameter ids: the type's name in snake case, and a number from 2 up where an
/// earlier processor has the same.
pub(crate) fn id_prefixes<'a>(type_names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let names: Vec<_> = type_names.map(|type_name| snake_case(last_identifier(type_name))).collect();
    let numbered = |(index, name): (usize, &String)| match names[..index]
        .iter()
        .filter(|&earlier| earlier == name)
        .count()
    {
        0 => name.clone(),
        earlier => format!("{name}_{}", earlier + 1),
    };
    names.iter().enumerate().map(numbered).collect()
}

/// What a person reads: the type's name with a space where a small letter or a digit meets a capital.
pub(crate) fn display_name(type_name: &str) -> String {
    let name = last_identifier(type_name);
    let mut display = String::with_capacity(name.len() + 4);
    let mut word_may_end = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && word_may_end {
            display.push(' ');
        }
        display.push(letter);
        word_may_end = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    display
}

/// `Gain` of `dsp::Gain<dsp::Fast>`.
fn last_identifier(type_name: &str) -> &str {
    let path = without_arguments(type_name.trim()).trim_end_matches([':', ' ']);
    path.rsplit("::").next().unwrap_or(path).trim_start()
}

/// `dsp::Gain` of `dsp::Gain<dsp::Fast>`.
fn without_arguments(path: &str) -> &str {
    let mut depth = 0_usize;
    for (at, letter) in path.char_indices().rev() {
        match letter {
            '>' => depth += 1,
            '<' if depth == 1 => return &path[..at],
            '<' => depth = depth.saturating_sub(1),
            _ if depth == 0 => break,
            _ => {}
        }
    }
    path
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_prefixes<const N: usize>(type_names: [&str; N]) -> Vec<String> {
        super::id_prefixes(type_names.into_iter())
    }

    #[test]
    fn ids_start_with_the_type_in_snake_case() {
        assert_eq!(id_prefixes(["Gain", "MyFilter", "HTTPReverb"]), ["gain", "my_filter", "h_t_t_p_reverb"]);
        assert_eq!(id_prefixes(["Delay2"]), ["delay2"]);
    }

    #[test]
    fn a_repeated_type_is_numbered_from_its_second_place() {
        assert_eq!(id_prefixes(["Gain", "Filter", "Gain", "Gain"]), ["gain", "filter", "gain_2", "gain_3"]);
        // Two paths to types of one name count as a repetition.
        assert_eq!(id_prefixes(["a::Gain", "b::Gain"]), ["gain", "gain_2"]);
    }

    #[test]
    fn only_the_last_name_of_a_path_counts() {
        for path in [
            "Gain",
            "dsp::Gain",
            "::my_engine :: dsp :: Gain",
            "dsp::Gain<dsp::Fast, 4>",
            "Gain<Wide<Fast>>",
            "Gain::<Fast>",
            "<Kit as dsp::Parts<Fast>>::Gain",
        ] {
            assert_eq!(last_identifier(path), "Gain", "{path}");
        }
    }

    #[test]
    fn a_person_reads_words() {
        assert_eq!(display_name("dsp::SoftClip"), "Soft Clip");
        assert_eq!(display_name("Delay2Tap"), "Delay2 Tap");
        assert_eq!(display_name("HTTPReverb"), "HTTPReverb");
        assert_eq!(display_name("Gain"), "Gain");
    }
}
