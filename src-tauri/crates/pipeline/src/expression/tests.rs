use std::time::{Duration, Instant};

use serde_json::json;

use super::*;

fn context() -> Value {
    json!({
        "inputs": {"task": "write", "list": [1, 2, 3], "absent": null},
        "nodes": {"review": {"score": 0.9, "text": "0.2"}},
        "vars": {"n": 3},
    })
}

fn value(text: &str) -> Value {
    evaluate(text, &context()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn error(text: &str) -> String {
    evaluate(text, &context()).expect_err(text).to_string()
}

#[test]
fn an_expression_gives_a_value() {
    assert_eq!(value("nodes.review.score >= 0.8"), json!(true));
    assert_eq!(value("inputs.list | map('string') | join('-')"), json!("1-2-3"));
    assert_eq!(value("{'a': [vars.n + 1, none]}"), json!({"a": [4, null]}));
    assert_eq!(value("inputs.absent"), json!(null));
    assert_eq!(value("'x' if vars.n > 2 else 'y'"), json!("x"));
}

#[test]
fn only_numbers_can_be_ordered() {
    for text in [
        "nodes.review.text >= 0.8",
        "0.8 <= nodes.review.text",
        "inputs.absent < 3",
        "1 < vars.n < 'x'",
        "vars.n + 1 > (inputs.task)",
        "inputs.list | select('gt', 'a') | list",
        "true > false",
        "not inputs.task < 3",
        "[inputs.task > 1]",
        "{'a': inputs.task > 1}",
    ] {
        assert!(error(text).contains("numbers"), "{text}: {}", error(text));
    }
    for (text, wanted) in [
        ("1 < vars.n < 5", true),
        ("1 < vars.n < 2", false),
        ("vars.n * 2 - 1 >= 5 and not 2 > vars.n", true),
        ("'b' > 'a' if false else 2 > 1", true),
        ("(inputs.list | length) > 2 and inputs.list[0] < inputs.list[-1]", true),
        ("[1, 2, 3] | select('ge', 2) | list | length == 2", true),
        ("nodes.review.text | float < 0.8", true),
        ("'<' in 'a<b'", true),
        ("-1 < - -1", true),
        ("2 ** 2 <= 4 == true", false),
    ] {
        assert_eq!(value(text), json!(wanted), "{text}");
    }
}

#[test]
fn what_is_undefined_is_an_error_and_not_false() {
    assert!(error("nodes.review.missing").contains("no value"));
    assert!(condition("nodes.revieww.score >= 0.8", &context()).is_err());
    assert!(error("nodes.review.missing > 3").contains("no value"));
    assert!(render("{{ inputs.tsk }}", &context()).is_err());
    assert_eq!(render("{{ inputs.tsk | default('x') }}", &context()).unwrap(), "x");
}

#[test]
fn a_condition_is_true_or_false_and_nothing_else() {
    assert_eq!(condition("vars.n == 3", &context()), Ok(true));
    let error = condition("inputs.task", &context()).unwrap_err().to_string();
    assert_eq!(
        error,
        "A condition must be true or false, but `inputs.task` is text. Compare it with something, for example `… == 'yes'`."
    );
}

#[test]
fn a_template_is_rendered_as_it_stands() {
    let text = "Do {{ inputs.task }}:\n{% for n in inputs.list if n > 1 %}\n- {{ n }}\n{% endfor %}\n<b>{{ '<' }}</b>\n";
    assert_eq!(render(text, &context()).unwrap(), "Do write:\n- 2\n- 3\n<b><</b>\n");
    assert_eq!(render("plain\n", &context()).unwrap(), "plain\n");
    assert!(render("{% if inputs.task > 3 %}x{% endif %}", &context()).is_err());
}

#[test]
fn filters_of_our_own_do_what_they_say() {
    let rendered = |text: &str| render(text, &context()).unwrap();
    assert_eq!(rendered("{{ inputs.list | json }}"), "[1,2,3]");
    assert_eq!(rendered("{{ {'a': 1} | json(indent=2) }}"), "{\n  \"a\": 1\n}");
    assert_eq!(rendered("{{ 'abcdefgh' | tokens }}"), "2");
    assert_eq!(rendered("{{ 'abcdefgh' | truncate_tokens(1) }}"), "abcd…");
    assert_eq!(rendered("{{ 'abcdefgh' | truncate_tokens(1, from='end') }}"), "…efgh");
    assert_eq!(rendered("{{ 'a ``` b' | fence('rust') }}"), "````rust\na ``` b\n````");
    let diff = rendered("{{ 'a\nb\n' | diff('a\nc\n', name='f') }}");
    assert_eq!(diff, "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
}

#[test]
fn nothing_prints_everything_and_nothing_is_loaded() {
    assert!(evaluate("debug()", &context()).is_err());
    for text in
        ["{% include 'x' %}", "{% extends 'x' %}", "{% import 'x' as y %}", "{%- from 'x' import y %}"]
    {
        assert!(check_template(text).unwrap_err().message.contains("can't load another"), "{text}");
        assert!(render(text, &context()).is_err());
    }
}

#[test]
fn bombs_are_stopped_before_they_hurt() {
    let begun = Instant::now();
    for text in [
        "{% for a in range(10000) %}{% for b in range(10000) %}{% for c in range(10000) %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ 'x' * 100000000000 }}",
        "{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
        "{{ range(1000000000) | list | length }}",
        "{{ [1] * 1000000000 }}",
        "{{ 10 ** 10000000 }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ 'x' | center(10000000000) }}",
        "{{ 'x' | indent(10000000000) }}",
    ] {
        let result = render(text, &context());
        assert!(result.as_ref().map_or(true, |text| text.len() < 64), "{text}");
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn operators_nested_without_end_do_not_end_the_application() {
    for text in [
        vec!["1"; 2000].join("+"),
        format!("{}1", "-".repeat(4000)),
        format!("{}true", "not ".repeat(1000)),
        vec!["1"; 1000].join("**"),
        vec!["a"; 600].join(" if a else "),
        format!("{}{}", "(".repeat(2000), ")".repeat(2000)),
        format!("{}{}", "[".repeat(2000), "]".repeat(2000)),
        format!("a{}", ".a".repeat(2000)),
        format!("a{}", "|d".repeat(2000)),
        vec!["1"; 1000].join(" < "),
    ] {
        let _ = evaluate(&text, &context());
        let _ = render(&format!("{{{{ {text} }}}}"), &context());
        let _ = check_expression(&text);
    }
    let deep = format!("{}{}", "{% if 1 %}".repeat(3000), "{% endif %}".repeat(3000));
    let _ = render(&deep, &context());
}

#[test]
fn too_long_a_text_is_refused_with_its_size() {
    let error = evaluate(&format!("'{}'", "x".repeat(MAX_EXPRESSION)), &context()).unwrap_err();
    assert_eq!(error.message, "This text has 5 KB; at most 4 KB are allowed.");
    let tag = format!("{{{{ '{}' }}}}", "x".repeat(MAX_EXPRESSION));
    assert!(check_template(&tag).unwrap_err().message.contains("longer than 4 KB"));
    assert!(check_template(&"x".repeat(MAX_TEMPLATE)).is_ok());
    assert!(check_template(&"x".repeat(MAX_TEMPLATE + 1)).is_err());
}

#[test]
fn an_error_says_what_is_wrong_and_where() {
    let error = render("a\n{{ inputs.tsk }}", &context()).unwrap_err();
    assert_eq!(error.line, Some(2));
    assert_eq!(
        error.to_string(),
        "`inputs.tsk` has no value. Check the name, or add `| default('')` to it. (line 2)"
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_at_all_is_evaluated_or_refused(text in "([ -~äß\\n]|\\{\\{|\\}\\}|\\{%|%\\}|nodes|in|not|<|>=|\\(|\\)|if|for|\"|'|\\||range){0,40}") {
        let _ = evaluate(&text, &context());
        let _ = render(&text, &context());
        let _ = check_template(&text);
        let mut found = crate::References::default();
        found.template(&text);
        found.expression(&text);
    }

    #[test]
    fn comparing_numbers_says_what_numbers_say(a in -50_i32..50, b in -50_i32..50, c in -50_i32..50) {
        let context = serde_json::json!({"a": a, "b": b, "c": c});
        let holds = |text: &str| condition(text, &context).unwrap();
        proptest::prop_assert_eq!(holds("a < b and not c >= a + 1 or b <= c"), (a < b && c < a + 1) || b <= c);
        proptest::prop_assert_eq!(holds("a < b < c"), a < b && b < c);
        proptest::prop_assert_eq!(holds("(a if b > c else c) >= [a, b, c] | min"), true);
    }
}
