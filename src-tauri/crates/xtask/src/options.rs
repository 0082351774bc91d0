//! The words after the command's name. Flags are the same for every command; one that a command doesn't use does nothing there.

use std::env;

/// What was asked for.
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// Don't ask before using sudo.
    pub(crate) yes: bool,
    /// Build with optimisation.
    pub(crate) release: bool,
    /// Serve the page instead of opening the window.
    pub(crate) serve: bool,
    /// Compare instead of writing.
    pub(crate) check: bool,
    /// Name what there is instead of running it.
    pub(crate) list: bool,
    /// Build the model runner for graphics cards, which takes packages that set-up doesn't install.
    pub(crate) vulkan: bool,
    /// Everything that isn't a flag of ours, in order.
    pub(crate) rest: Vec<String>,
}

impl Options {
    /// Reads the arguments; everything after `--` is left as it is.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Self {
        let mut options = Self { yes: continuous_integration(), ..Self::default() };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--yes" | "-y" => options.yes = true,
                "--release" => options.release = true,
                "--serve" => options.serve = true,
                "--check" => options.check = true,
                "--list" => options.list = true,
                "--vulkan" => options.vulkan = true,
                "--" => options.rest.extend(arguments.by_ref()),
                _ => options.rest.push(argument),
            }
        }
        options
    }
}

/// Whether this runs where nobody can answer a question.
fn continuous_integration() -> bool {
    env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

#[cfg(test)]
mod tests {
    use super::Options;

    #[test]
    fn what_follows_two_dashes_is_passed_on() {
        let words = ["--serve", "name", "--", "--release"].map(String::from);
        let options = Options::parse(words.into_iter());
        assert!(options.serve);
        assert!(!options.release);
        assert_eq!(options.rest, ["name", "--release"]);
    }
}
