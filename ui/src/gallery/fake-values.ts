/** Results of made-up runs, one of each kind. */
import type { Block, ValuePreview } from '@/api/generated';

export const patch = `diff --git a/src/lib.rs b/src/lib.rs
--- a/src/lib.rs
+++ b/src/lib.rs
@@ -1,5 +1,8 @@ pub fn main()
 use std::io;
 
-pub fn sum(values: &[i32]) -> i32 {
-    values.iter().sum()
+/// The sum, or nothing where it doesn't fit.
+pub fn sum(values: &[i32]) -> Option<i32> {
+    values
+        .iter()
+        .try_fold(0i32, |sum, value| sum.checked_add(*value))
 }
diff --git a/tests/sum.rs b/tests/sum.rs
new file mode 100644
--- /dev/null
+++ b/tests/sum.rs
@@ -0,0 +1,4 @@
+#[test]
+fn a_sum_that_does_not_fit_is_nothing() {
+    assert_eq!(sum(&[i32::MAX, 1]), None);
+}
`;

const preview = (type: string, value: unknown, more: Partial<ValuePreview> = {}): ValuePreview => ({
  type,
  size: JSON.stringify(value).length,
  preview: value,
  truncated: false,
  ...more,
});

export const report = '# What was built\n\nThe sum is **checked** now:\n\n- no overflow\n- a test for it\n';

export const blocks = [
  { id: 0, rev: 1, node: { type: 'heading', level: 1, content: [{ type: 'text', text: 'What was built' }] } },
  {
    id: 1,
    rev: 1,
    node: {
      type: 'paragraph',
      content: [
        { type: 'text', text: 'The sum is ' },
        { type: 'strong', content: [{ type: 'text', text: 'checked' }] },
        { type: 'text', text: ' now, and what doesn’t fit is nothing.' },
      ],
    },
  },
] as unknown as Block[];

export const values: Record<string, ValuePreview> = {
  report: preview('markdown', report),
  patch: preview('diff', patch),
  tests: preview('test_report', {
    passed: false,
    summary: 'test result: FAILED. 2 passed; 1 failed; 1 ignored',
    tests: [
      { name: 'sum::adds', status: 'passed', duration_ms: 3 },
      { name: 'sum::empty', status: 'passed', duration_ms: 1 },
      { name: 'sum::overflow', status: 'failed', duration_ms: 12, message: 'left: Some(-2147483648)\nright: None' },
      { name: 'sum::slow', status: 'ignored' },
    ],
  }),
  costs: preview('table', [
    { step: 'Plan', model: 'gpt-5-mini', tokens: 1834, usd: 0.0042 },
    { step: 'Write', model: 'claude-sonnet-4.5', tokens: 12_402, usd: 0.1043 },
    { step: 'Review', model: 'qwen3:4b', tokens: 8120, usd: 0 },
  ]),
  json: preview('json:plan', {
    title: 'A checked sum',
    parts: [
      { title: 'Check the sum', files: ['src/lib.rs'] },
      { title: 'Test it', files: ['tests/sum.rs'] },
    ],
    sure: true,
    score: 0.92,
  }),
  text: preview('text', 'A beginning of something long. '.repeat(60), { size: 4_200_000, truncated: true }),
};
