//! Pipelines to begin with: files as any other, kept in the program.

use serde_json::Value;

use super::PipelineTemplate;

/// In the order in which they are offered.
const FILES: &[&str] = &[
    include_str!("templates/code-factory.webplus.json"),
    include_str!("templates/summarise-folder.webplus.json"),
    include_str!("templates/extract-table.webplus.json"),
    include_str!("templates/translate-and-check.webplus.json"),
    include_str!("templates/compare-models.webplus.json"),
    include_str!("templates/inbox.webplus.json"),
];

/// All of them.
pub(crate) fn all() -> Vec<PipelineTemplate> {
    FILES.iter().filter_map(|file| template(file)).collect()
}

fn template(file: &str) -> Option<PipelineTemplate> {
    let definition: Value = serde_json::from_str(file).ok()?;
    let text = |name: &str| definition.get(name)?.as_str().map(str::to_owned);
    Some(PipelineTemplate {
        id: text("id")?,
        title: text("name")?,
        summary: text("description")?,
        definition,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use pipeline::{Known, Severity};

    use super::*;

    #[test]
    fn each_template_is_without_fault_and_has_tests_of_its_own() {
        assert_eq!(all().len(), FILES.len());
        let schema = pipeline::Schema::compile(&pipeline::format_schema()).unwrap();
        for template in all() {
            assert!(schema.faults(&template.definition).is_empty(), "{}", template.id);
            let definition = pipeline::read(&template.definition)
                .unwrap_or_else(|faults| panic!("{}: {faults:#?}", template.id));
            let faults: Vec<_> = pipeline::check(&definition, &Known::default())
                .into_iter()
                .filter(|fault| fault.severity == Severity::Error)
                .collect();
            assert!(faults.is_empty(), "{}: {faults:#?}", template.id);
        }
    }
}
