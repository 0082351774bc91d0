//! Names for models, made by us: a file's own name is a stranger's text.

use crate::gguf::GgufHeader;

/// The longest name, in bytes.
const LONGEST: usize = 80;

/// Names that some systems keep for devices.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// What to call a model, for people. What a file was called says more than what it says of itself where it was called as
/// published files are, with the packing at its end ("SmolLM2-135M-Instruct.Q4_1"): makers often leave a working title in.
pub(super) fn readable(header: &GgufHeader, stem: &str) -> Option<String> {
    let quantization = header.quantization.as_deref()?;
    let at = stem.len().checked_sub(quantization.len())?;
    let (title, packing) = (stem.get(..at)?, stem.get(at..)?);
    let title = title.strip_suffix(SEPARATORS).filter(|_| packing.eq_ignore_ascii_case(quantization))?;
    let readable: String = title
        .chars()
        .map(|c| if "-_".contains(c) { ' ' } else { c })
        .filter(|c| !c.is_control())
        .take(120)
        .collect();
    Some(readable.trim().to_owned()).filter(|title| title.chars().any(char::is_alphanumeric))
}

/// "smollm2-135m-instruct-q4_1": what the file calls itself, its size and its packing, each once. `stem` is what the file
/// was called, for one that doesn't say.
pub(super) fn of(header: &GgufHeader, stem: &str) -> String {
    let mut name = slug(header.name.as_deref().unwrap_or(stem));
    let quantization = header.quantization.as_deref().map(slug).unwrap_or_default();
    if let Some(shorter) = name.strip_suffix(&quantization).filter(|_| !quantization.is_empty()) {
        name = shorter.trim_end_matches(SEPARATORS).to_owned();
    }
    if name.is_empty() {
        name = slug(&header.architecture);
    }
    if name.is_empty() || RESERVED.iter().any(|reserved| name.starts_with(reserved)) {
        name.insert_str(0, if name.is_empty() { "model" } else { "model-" });
    }
    let size = slug(&header.parameter_size());
    let has_size = name.split(SEPARATORS).any(|word| word == size);
    name.truncate(LONGEST - size.len().min(24) - quantization.len() - 2);
    let mut parts = vec![name.trim_end_matches(SEPARATORS)];
    if !has_size && !size.is_empty() && header.size_label.is_some() {
        parts.push(&size);
    }
    if !quantization.is_empty() {
        parts.push(&quantization);
    }
    parts.join("-")
}

const SEPARATORS: [char; 3] = ['-', '.', '_'];

/// Lower case, `[a-z0-9._-]`, one separator at a time and none at the ends.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'a'..='z' | '0'..='9' => slug.push(character),
            _ if slug.is_empty() || slug.ends_with(SEPARATORS) => {}
            '.' | '_' => slug.push(character),
            _ => slug.push('-'),
        }
        if slug.len() >= LONGEST {
            break;
        }
    }
    slug.trim_end_matches(SEPARATORS).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::smollm2;

    #[test]
    fn a_published_file_is_called_as_it_was_published() {
        let header = smollm2();
        let readable = |stem| readable(&header, stem);
        assert_eq!(readable("SmolLM2-135M-Instruct.Q4_1").as_deref(), Some("SmolLM2 135M Instruct"));
        assert_eq!(readable("smollm2-q4_1").as_deref(), Some("smollm2"));
        for stem in ["model", "Q4_1", "-q4_1", "xq4_1", "", "ä4_1", "m-Q8_0"] {
            assert_eq!(readable(stem), None, "{stem}");
        }
    }

    #[test]
    fn a_name_tells_model_size_and_packing_once_each() {
        let mut header = smollm2();
        assert_eq!(of(&header, "x"), "smollm2-135m-instruct-q4_1");
        header.name = Some("SmolLM2 Instruct Q4_1".into());
        assert_eq!(of(&header, "x"), "smollm2-instruct-135m-q4_1");
        header.name = None;
        assert_eq!(of(&header, "../../Mein Modell (1)"), "mein-modell-1-135m-q4_1");
        header.quantization = None;
        header.size_label = None;
        assert_eq!(of(&header, "con"), "model-con");
        assert_eq!(of(&header, "日本"), "llama");
    }

    proptest! {
        #[test]
        fn a_name_is_always_a_safe_file_name(name in ".{0,200}", stem in ".{0,200}", label in "[ -~]{0,24}") {
            let mut header = smollm2();
            header.name = Some(name).filter(|name| !name.is_empty());
            header.size_label = Some(label);
            let made = of(&header, &stem);
            prop_assert!(!made.is_empty() && made.len() <= LONGEST, "{}", made);
            prop_assert!(made.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte)));
            prop_assert!(!made.starts_with('.') && !made.contains(".."));
        }
    }
}
