// What a run made, by what it is: code in its colours, an image out of a file of the run's folder, changes of files that are looked at
// first and applied by a press; and what a step said and asked, readable after it ended.

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { connectScripted, definition, stands } from '../lib/runs.mjs';
import { makeRepository, right, wrong } from '../lib/repository.mjs';
import { startScripted } from '../lib/scripted.mjs';

export const needs = { keychain: false };

const chart = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="120"><rect width="320" height="120" fill="#eef"/><rect x="40" y="40" width="60" height="60" fill="#36c"/><rect x="130" y="20" width="60" height="80" fill="#3a6"/><rect x="220" y="60" width="60" height="40" fill="#c63"/></svg>`;
const patch = `--- a/add.sh
+++ b/add.sh
@@ -1 +1 @@
-${wrong.trim()}
+${right.trim()}
`;

export default async function journey({ step, serve, visit, picture, accessible, assert }) {
  const answers = ['{"tool": "shout", "args": {"word": "sea"}}', '{"tool": "answer", "answer": "SEA"}'];
  const scripted = await startScripted({ agent: () => answers.shift() ?? answers[1] });
  try {
    const server = await serve({ env: { WEBPLUS_OLLAMA: 'off' } });
    const named = await connectScripted(server, scripted);
    const repository = await makeRepository();
    await writeFile(path.join(repository.path, 'chart.svg'), chart);
    const asked = definition(
      'shows',
      'Shows all sorts',
      [
        { id: 'copy', kind: 'git', label: 'Copy', config: { op: 'worktree', repo: '{{ inputs.repo }}' } },
        { id: 'source', kind: 'file', label: 'Source', config: { op: 'read', path: '{{ inputs.repo }}/add.sh' } },
        { id: 'drawn', kind: 'template', label: 'Chart', config: { template: '{{ inputs.repo }}/chart.svg' }, out: { text: 'image' } },
        { id: 'patch', kind: 'template', label: 'Change', config: { template: patch.trim() }, out: { text: 'diff' } },
        {
          id: 'think',
          kind: 'agent',
          label: 'Think',
          config: {
            model: named('agent'),
            task: 'Say sea, loud.',
            tools: [
              {
                name: 'shout',
                description: 'Says a word loud.',
                kind: 'template',
                config: { template: '{{ args.word | upper }}' },
                parameters: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
              },
            ],
          },
        },
      ],
      {
        inputs: { repo: { type: 'dir', required: true } },
        outputs: {
          source: { type: 'text', from: 'source.text' },
          chart: { type: 'image', from: 'drawn.text' },
          patch: { type: 'diff', from: 'patch.text' },
        },
      },
    );
    const run = await server.call('run/start', { definition: asked, inputs: { repo: repository.path }, allow: ['commands', 'files'] });
    await stands(server, run.id, 'succeeded');
    const page = await visit(server, { at: `/runs/${run.id}`, viewport: { width: 1280, height: 1000 } });
    await page.getByRole('tab', { name: /^Results/ }).click();
    const result = (name) => page.getByRole('region', { name, exact: true });

    await step('a text that is written in a language is code', async () => {
      await result('source').getByRole('figure', { name: /^Code/ }).waitFor();
      await result('source').getByText('add()', { exact: false }).waitFor();
    });

    await step('an image that is a file of the run’s folder is painted', async () => {
      const image = result('chart').getByRole('img', { name: /chart/ });
      await image.waitFor();
      await page.waitForFunction((shown) => shown.naturalWidth === 320, await image.elementHandle());
      await accessible(page);
      await picture(page, 'shown');
    });

    await step('changes are looked at first, and applied by a press that says what it does', async () => {
      await result('patch').getByRole('button', { name: 'Apply these changes' }).click();
      const dialog = page.getByRole('dialog', { name: 'Apply these changes' });
      await dialog.getByText('They fit:', { exact: false }).waitFor();
      await dialog.getByText('add.sh', { exact: true }).waitFor();
      assert.equal(await repository.source(), wrong);
      await accessible(page);
      await picture(page, 'apply');
      await dialog.getByRole('button', { name: 'Change 1 file' }).click();
      await result('patch').getByText('1 file changed in', { exact: false }).waitFor();
      assert.equal(await repository.source(), right);
      await picture(page, 'applied');
    });

    await step('applied again they are there already; once somebody went on they are refused with the reason', async () => {
      const dialog = page.getByRole('dialog', { name: 'Apply these changes' });
      await result('patch').getByRole('button', { name: 'Apply these changes' }).click();
      await dialog.getByText('They are there already.', { exact: false }).waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await repository.git('commit', '--quiet', '-am', 'By hand');
      await result('patch').getByRole('button', { name: 'Apply these changes' }).click();
      await dialog.getByText('Nothing was changed.', { exact: false }).waitFor();
      assert.ok(await dialog.getByRole('button', { name: 'Apply', exact: true }).isDisabled());
      await picture(page, 'refused');
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      assert.equal(await readFile(path.join(repository.path, 'add.sh'), 'utf8'), right);
    });

    await step('what an agent used, said and was sent is there after it ended', async () => {
      await page.getByRole('tab', { name: 'Timeline' }).click();
      await page.getByRole('option', { name: /^Think/ }).first().click();
      const use = page.getByRole('button', { name: /shout.*\{"word":"sea"\}/ });
      await use.click();
      await page.getByRole('region', { name: 'text', exact: true }).getByText('SEA', { exact: true }).first().waitFor();
      await page.getByRole('button', { name: /^Log/ }).click();
      await page.getByRole('region', { name: 'Log' }).getByText('Uses shout', { exact: false }).waitFor();
      await page.getByRole('button', { name: /^What the model was sent/ }).click();
      await page.getByText('You work in turns.', { exact: false }).first().waitFor();
      await accessible(page);
      await picture(page, 'agent');
    });

    await step('its console is silent but for what was refused', () => {
      const expected = ['ERR_ABORTED', 'status of 409'];
      const bad = page.consoleLines.filter(
        (line) => /^(error|uncaught|failed):?/.test(line) && !expected.some((words) => line.includes(words)),
      );
      assert.deepEqual(bad, []);
    });
    await server.stop();
  } finally {
    await scripted.stop();
  }
}
