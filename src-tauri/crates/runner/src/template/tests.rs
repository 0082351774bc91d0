#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use crate::template::functions::{format_time, without_training_marks};

const CHATML: &str = "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n\
    You are kind.<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}\
    {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

fn message(role: Role, content: &str) -> TemplateMessage {
    TemplateMessage { role, content: content.to_owned() }
}

#[test]
fn a_templates_own_default_system_prompt_stands() {
    let template = ChatTemplate::new(CHATML, "", "").unwrap();
    let rendered = template.render(&[message(Role::User, "Hi")], None).unwrap();
    assert_eq!(
        rendered,
        "<|im_start|>system\nYou are kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    );
}

#[test]
fn what_templates_expect_of_python_is_there() {
    let source = "{%- set ns = namespace(n=0) -%}{%- for m in messages[::-1] -%}{%- if m.content.startswith('b') -%}{%- continue -%}\
        {%- endif -%}{%- set ns.n = ns.n + 1 -%}{{ m.content.strip() | tojson }}{%- endfor -%}{{ ns.n }}{{ bos_token }}{% if tools is iterable %}never{% endif %}{{ tools }}";
    let template = ChatTemplate::new(source, "<s>", "</s>").unwrap();
    let messages =
        [message(Role::User, " a<'&> "), message(Role::Assistant, "b"), message(Role::User, "é\"")];
    assert_eq!(template.render(&messages, None).unwrap(), "\"é\\\"\"\"a<'&>\"2<s>None");
}

#[test]
fn a_template_that_refuses_says_why() {
    let template = ChatTemplate::new("{{ raise_exception('System role not supported') }}", "", "").unwrap();
    assert!(template.render(&[], None).unwrap_err().contains("System role not supported"));
}

#[test]
fn a_template_that_never_ends_or_floods_is_stopped() {
    let endless = "{% for a in range(10000) %}{% for b in range(10000) %}{% for c in range(10000) %}{% endfor %}{% endfor %}{% endfor %}";
    assert!(ChatTemplate::new(endless, "", "").unwrap().render(&[], None).is_err());
    let flood = "{% for a in range(100000) %}{{ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' }}{% endfor %}";
    assert!(ChatTemplate::new(flood, "", "").unwrap().render(&[], None).is_err());
    let deep = "{% macro again(n) %}{{ again(n + 1) }}{% endmacro %}{{ again(0) }}";
    assert!(ChatTemplate::new(deep, "", "").unwrap().render(&[], None).is_err());
    assert!(ChatTemplate::new(&"x".repeat(MAX_SOURCE + 1), "", "").is_err());
    assert!(ChatTemplate::new("{% include 'other' %}", "", "").unwrap().render(&[], None).is_err());
}

#[test]
fn training_marks_are_taken_out_with_their_whitespace_control() {
    assert_eq!(
        without_training_marks("a {%- generation -%} b {% endgeneration %} {% if x %}{% endif %}"),
        "a {#--#} b {##} {% if x %}{% endif %}"
    );
    assert!(ChatTemplate::new("{% generation %}x{% endgeneration %}", "", "").is_ok());
}

#[test]
fn the_day_is_written_as_c_writes_it() {
    let leap_day = 951_782_400 + 3661;
    assert_eq!(format_time("%d %b %Y", leap_day), "29 Feb 2000");
    assert_eq!(
        format_time("%A, %B %e, %y %H:%M:%S %F %Q%", leap_day),
        "Tuesday, February 29, 00 01:01:01 2000-02-29 %Q%"
    );
    assert_eq!(format_time("%Y-%m-%d", 0), "1970-01-01");
}

/// Renders every `*.jinja` below the folder that `WEBPLUS_TEST_TEMPLATES` names, and says which fail.
#[test]
#[allow(
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "the folder is optional, and the count is the result"
)]
fn the_templates_of_real_models_render() {
    let Some(folder) = std::env::var_os("WEBPLUS_TEST_TEMPLATES") else {
        eprintln!("skipped: WEBPLUS_TEST_TEMPLATES names no folder of *.jinja files");
        return;
    };
    let conversation = [
        message(Role::User, "Hi"),
        message(Role::Assistant, "Hello."),
        message(Role::User, "Capital of France?"),
    ];
    let (mut rendered, mut failed) = (0_usize, Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "jinja") {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        let result = ChatTemplate::new(&source, "<s>", "</s>")
            .and_then(|template| template.render(&conversation, None));
        match result {
            Ok(text) if text.contains("Capital of France?") => rendered += 1,
            Ok(text) => failed.push(format!("{}: the question is missing: {text:.200}", path.display())),
            Err(error) => failed.push(format!("{}: {error}", path.display())),
        }
    }
    eprintln!("{rendered} templates rendered, {} failed\n{}", failed.len(), failed.join("\n"));
    // A few want what a plain conversation doesn't have, such as a list of functions.
    assert!(rendered > 0 && failed.len() * 20 <= rendered, "only {rendered} templates rendered");
}
