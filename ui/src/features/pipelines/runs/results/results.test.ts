import { expect, it } from 'vitest';

import { fileName, formsOf, toMarkdown } from './copy-as';
import { isDiff, parseDiff, totals } from './diff';
import { linesOf, mostLines, opensAlone, pathOf, valueText } from './json-tree';
import { filePath, holdsChanges, mediaUrl, waysFor } from './kinds';
import { endingOf, fencedCode, languageOf } from './language';
import { readTable, sorted, toCsv } from './table';
import { readTestReport } from './test-report';

const patch = `diff --git a/src/lib.rs b/src/lib.rs
index 1..2 100644
--- a/src/lib.rs
+++ b/src/lib.rs
@@ -1,3 +1,4 @@ fn main
 a
-b
+B
+--- looks like a head
 c
\\ No newline at end of file
diff --git a/new.txt b/new.txt
new file mode 100644
--- /dev/null
+++ b/new.txt
@@ -0,0 +1 @@
+hello
diff --git a/old name.txt b/new name.txt
similarity index 100%
rename from old name.txt
rename to new name.txt
diff --git a/pic.png b/pic.png
Binary files a/pic.png and b/pic.png differ
`;

it('a patch is read by file, hunk and line', () => {
  const files = parseDiff(patch);
  expect(files.map(({ path, change, added, removed }) => [path, change, added, removed])).toEqual([
    ['src/lib.rs', 'changed', 2, 1],
    ['new.txt', 'added', 1, 0],
    ['new name.txt', 'renamed', 0, 0],
    ['pic.png', 'binary', 0, 0],
  ]);
  expect(files[2]?.from).toBe('old name.txt');
  const lines = files[0]?.hunks[0]?.lines ?? [];
  expect(lines.map(({ kind, before, after }) => [kind, before, after])).toEqual([
    ['same', 1, 1],
    ['removed', 2, null],
    ['added', null, 2],
    ['added', null, 3],
    ['same', 3, 4],
    ['note', null, null],
  ]);
  expect(lines[3]?.text).toBe('--- looks like a head');
  expect(totals(files)).toEqual({ added: 3, removed: 1 });
});

it('a patch whose heads count wrong loses no line and swallows no file', () => {
  const files = parseDiff(
    '--- a/x\n+++ b/x\n@@ -1,9 +1,2 @@\n a\n\n+b\n+c\ndiff --git a/y b/y\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-1\n+2\n',
  );
  expect(files.map(({ path, added, removed }) => [path, added, removed])).toEqual([
    ['x', 2, 0],
    ['y', 1, 1],
  ]);
});

it('a patch without git’s own lines, and a bare hunk, are patches too', () => {
  expect(
    parseDiff('--- a.txt\n+++ b.txt\n@@ -1 +1 @@\n-x\n+y\n--- c\n+++ c\n@@ -1 +1 @@\n-1\n+2\n').map(({ path }) => path),
  ).toEqual(['b.txt', 'c']);
  expect(parseDiff('@@ -1 +1 @@\n-x\n+y\n')[0]).toMatchObject({ path: '', added: 1, removed: 1 });
  expect(parseDiff('--- a/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n')[0]).toMatchObject({
    path: 'gone.txt',
    change: 'deleted',
  });
  expect(isDiff('A text --- with dashes')).toBe(false);
  expect(parseDiff('nothing of a patch')).toEqual([]);
});

it('lists of objects and of lists are tables', () => {
  expect(readTable([{ a: 1 }, { a: 2, b: 3 }])).toEqual({
    columns: ['a', 'b'],
    rows: [
      [1, undefined],
      [2, 3],
    ],
  });
  expect(
    readTable([
      ['x', 'y'],
      [1, 2],
    ]),
  ).toEqual({ columns: ['x', 'y'], rows: [[1, 2]] });
  expect(readTable({ columns: [{ name: 'n' }], rows: [{ n: 1 }] })).toEqual({ columns: ['n'], rows: [[1]] });
  expect(readTable([1, 2])).toBeNull();
  expect(readTable([])).toBeNull();
});

it('a column of numbers is ordered as numbers, and what is empty comes last either way', () => {
  const rows = [[10], [null], [9]];
  expect(sorted(rows, { column: 0, down: false })).toEqual([[9], [10], [null]]);
  expect(sorted(rows, { column: 0, down: true })).toEqual([[10], [9], [null]]);
  expect(sorted(rows, null)).toBe(rows);
});

it('CSV quotes what must be quoted, and hands no formula to a spreadsheet', () => {
  expect(
    toCsv({
      columns: ['a', 'b'],
      rows: [
        ['x,y', 'say "hi"'],
        ['=1+1', -5],
        ['two\nlines', undefined],
      ],
    }),
  ).toBe('a,b\r\n"x,y","say ""hi"""\r\n\'=1+1,-5\r\n"two\nlines",\r\n');
});

it('a tree’s places are written as expressions have them', () => {
  const lines = linesOf({ plan: { items: ['a'], 'odd key': null } }, () => true);
  expect(lines.map(({ path }) => path)).toEqual(['', '.plan', '.plan.items', '.plan.items[0]', '.plan["odd key"]']);
  expect(pathOf('.a', 'b-c')).toBe('.a["b-c"]');
  expect(lines.map(({ value }) => valueText(value))).toEqual(['{1}', '{2}', '[1]', '"a"', 'null']);
});

it('a small tree opens by itself, of a large one the top, and no tree makes lines without end', () => {
  expect(opensAlone({ a: { b: { c: 1 } } })(9)).toBe(true);
  const large = Array.from({ length: 10_000 }, (_, index) => index);
  expect(opensAlone(large)(2)).toBe(false);
  expect(linesOf(large, () => true)).toHaveLength(mostLines);
});

it('a value is shown by its type, and by what it looks like where the type says little', () => {
  expect(waysFor('markdown', '# x')).toEqual(['markdown', 'text']);
  expect(waysFor('diff', patch)).toEqual(['diff', 'text']);
  expect(waysFor('text', 'plain words')).toEqual(['text']);
  expect(waysFor('text', 'plain words '.repeat(40))).toEqual(['text', 'markdown']);
  expect(waysFor('text', '- one\n- two')).toEqual(['markdown', 'text']);
  expect(waysFor('json:plan', { a: 1 })).toEqual(['json']);
  expect(waysFor('list<json>', [{ a: 1 }])).toEqual(['table', 'json']);
  expect(waysFor('any', 4)).toEqual(['scalar']);
  expect(waysFor('test_report', { passed: true })[0]).toBe('tests');
  expect(waysFor('test_report', 'no report')[0]).toBe('text');
  expect(waysFor('messages', [{ role: 'user', content: 'x' }])[0]).toBe('messages');
});

it('only bytes that are here become an image: never an address', () => {
  expect(mediaUrl('data:image/png;base64,AAAA', 'image')).toBe('data:image/png;base64,AAAA');
  expect(mediaUrl({ mime: 'image/png', data: 'AAAA' }, 'image')).toBe('data:image/png;base64,AAAA');
  expect(mediaUrl('https://example.net/x.png', 'image')).toBeNull();
  expect(mediaUrl('data:text/html,<b>', 'image')).toBeNull();
  expect(filePath({ path: '/tmp/x' })).toBe('/tmp/x');
});

it('test reports are read in the forms that runners write', () => {
  const report = readTestReport({
    passed: false,
    summary: '1 failed',
    tests: [
      { name: 'a', status: 'ok', duration_ms: 3 },
      { name: 'b', status: 'FAILED', message: 'left: 1' },
      { name: 'c', status: 'ignored' },
    ],
  });
  expect(report?.counts).toEqual({ passed: 1, failed: 1, skipped: 1 });
  expect(report?.cases.map(({ state }) => state)).toEqual(['passed', 'failed', 'skipped']);
  expect(readTestReport({ total: 9, failed: 2, failures: ['x', { name: 'y', message: 'm' }] })).toMatchObject({
    passed: false,
    counts: { passed: 7, failed: 2, skipped: 0 },
  });
  expect(readTestReport({ passed: true })).toMatchObject({ passed: true, counts: null });
  expect(readTestReport({ other: 1 })).toBeNull();
});

it('a value is copied in the forms that fit it', () => {
  expect(formsOf('x').map(({ label }) => label)).toEqual(['Text', 'Markdown', 'JSON']);
  expect(formsOf([{ a: 1 }]).map(({ label }) => label)).toEqual(['CSV', 'Markdown table', 'JSON']);
  expect(formsOf({ a: 1 }).map(({ label }) => label)).toEqual(['JSON']);
  expect(toMarkdown(['a'], [['x|y\nz']])).toBe('| a |\n| --- |\n| x\\|y<br>z |\n');
  expect(fileName(['Code Factory', 'report'], 'md')).toBe('code-factory-report.md');
});

it('a patch is saved as a patch, and code with the ending of its language', () => {
  expect(formsOf(patch)[0]).toMatchObject({ label: 'Patch', ending: 'patch' });
  expect(formsOf('fn main() {}', 'rust')[0]).toMatchObject({ label: 'Code', ending: 'rs' });
  const [code] = formsOf('```python\nprint(1)\n```');
  expect([code?.ending, code?.make()]).toEqual(['py', 'print(1)']);
  expect([endingOf('c++'), endingOf('toml'), endingOf('a language')]).toEqual(['cpp', 'toml', 'txt']);
});

it('text in a language is shown as code: by the step that made it, or as one block and nothing else', () => {
  const made = (kind: string, config: Record<string, unknown>) => languageOf({ id: 'x', kind, config }, 'text');
  expect(made('text', { op: 'extract_code', language: 'Python' })).toBe('python');
  expect(made('text', { op: 'trim', language: 'Python' })).toBeNull();
  expect(made('file', { op: 'read', path: '{{ inputs.repo }}/src/main.rs' })).toBe('rs');
  expect(made('file', { op: 'read', path: '{{ inputs.file }}' })).toBeNull();
  expect(made('file', { op: 'read', path: 'notes.md' })).toBeNull();
  expect(made('json', { text: '{}' })).toBe('json');
  expect(languageOf({ id: 'x', kind: 'json' }, 'json')).toBeNull();
  expect(waysFor('text', 'fn main() {}', 'rust')).toEqual(['code', 'text']);
  expect(waysFor('text', '# a comment, not a heading', 'python')[0]).toBe('code');
  expect(waysFor('text', '```js\nlet a = 1;\n```')).toEqual(['code', 'markdown', 'text']);
  expect(fencedCode('Here it is:\n```js\nlet a = 1;\n```')).toBeNull();
  expect(fencedCode('```js\na\n```\nand\n```js\nb\n```')).toBeNull();
  expect(fencedCode('```\nwords\n```')).toBeNull();
  // A patch is more than code.
  expect(waysFor('text', patch, 'diff')[0]).toBe('diff');
});

it('an image may be a file of the run, whose bytes are asked for; whatever else it is called is a file', () => {
  expect(waysFor('image', '/home/ann/out/chart.png')).toEqual(['image', 'file', 'text']);
  expect(waysFor('file', '/home/ann/out/chart.svg')[0]).toBe('image');
  expect(waysFor('file', '/home/ann/out/chart.csv')[0]).toBe('file');
  expect(waysFor('text', '/home/ann/out/chart.png')).toEqual(['text']);
});

it('changes of files are known by their type or by what they look like', () => {
  expect(holdsChanges({ type: 'diff', preview: 'not one that can be read' })).toBe(true);
  expect(holdsChanges({ type: 'text', preview: patch })).toBe(true);
  expect(holdsChanges({ type: 'diff', preview: '' })).toBe(false);
  expect(holdsChanges({ type: 'text', preview: 'words' })).toBe(false);
});
