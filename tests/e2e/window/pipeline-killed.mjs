// The window is killed in the middle of a run, twice. The run goes on by itself as soon as the application is back: what had ended
// is not done again, the one call that was cut off is, and the page shows it going on. Those who were asked keep count.

import { stepBox, toRun } from '../lib/builder.mjs';
import { startCounting } from '../lib/counting.mjs';
import { connectScripted, definition, stands } from '../lib/runs.mjs';
import { startScripted } from '../lib/scripted.mjs';

const env = { WEBPLUS_OLLAMA: 'off' };
const writes = '[role=region][aria-label="What it writes"]';

export default async function journey({ step, open, until, assert }) {
  const [scripted, told] = await Promise.all([startScripted(), startCounting()]);
  /** How often the model was asked this. */
  const asked = (prompt) => scripted.requests.filter(({ messages }) => messages.at(-1).content === prompt).length;
  try {
    let window = await step('the window opens and knows a model', () => open({ env }));
    const named = await connectScripted(window, scripted, { keep: 'keychain' });
    const work = definition('night', 'Night work', [
      { id: 'plan', kind: 'llm', label: 'Plan', config: { model: named('rich'), prompt: 'Plan it' } },
      { id: 'tell', kind: 'http', label: 'Tell the team', config: { method: 'POST', url: `${told.url}/begun`, body: 'It begins', hosts: ['127.0.0.1'] } },
      { id: 'write', kind: 'llm', label: 'Write', config: { model: named('holds'), prompt: 'Write it' } },
      { id: 'wait', kind: 'delay', label: 'Let it rest', config: { for: '5s' } },
      { id: 'title', kind: 'llm', label: 'Find a title', config: { model: named('holds'), prompt: 'Name it' } },
      { id: 'end', kind: 'template', label: 'End', config: { template: '{{ nodes.title.text | length }} letters' } },
    ], { outputs: { length: { type: 'text', from: 'end.text' } } });

    /** Opens the window again, as a person does, and goes to the run that is under way. */
    const again = async () => {
      window = await open({ env });
      await toRun(window);
    };
    /** Goes on until a step has written so much, as the page shows it. */
    const written = async (id, word) => {
      await window.waitFor(`[data-step=${id}][data-status=running]`, { within: 20_000 });
      await window.click(stepBox(id));
      await window.waitForText(writes, word, { within: 20_000 });
    };

    const { id } = await step('a run begins, and its third step writes', async () => {
      const run = await window.call('run/start', { definition: work, inputs: {}, allow: ['http'] });
      await toRun(window);
      await written('write', 'word20');
      await window.picture('before');
      return run;
    });

    await step('the window is killed, and the run goes on when it is back', async () => {
      await window.kill();
      assert.deepEqual([asked('Plan it'), told.requests.length, asked('Write it')], [1, 1, 1]);
      await again();
      await written('write', 'word20');
      await window.waitFor('[data-step=plan][data-status=succeeded]');
      await window.waitFor('[data-step=tell][data-status=succeeded]');
      await window.picture('goes-on');
      scripted.release();
    });

    const cutOff = await step('it is killed again while the run rests', async () => {
      await window.waitFor('[data-step=wait][data-status=waiting]', { within: 20_000 });
      await window.kill();
      // On a busy machine the rest may be over by then: what was begun after it is cut off, and asked for again.
      const begun = asked('Name it');
      await again();
      await written('title', 'word20');
      scripted.release();
      return begun;
    });

    await step('it ends, and nothing was done twice but what was cut off', async () => {
      await window.waitFor('[data-step=end][data-status=succeeded]', { within: 30_000 });
      await stands(window, id, 'succeeded');
      assert.deepEqual([asked('Plan it'), told.requests.length, asked('Write it'), asked('Name it')], [1, 1, 2, 1 + cutOff]);
      await window.picture('ended');
      const { run, steps } = await window.call('run/get', { id });
      assert.deepEqual(steps.map(({ status }) => status), steps.map(() => 'succeeded'));
      const { items } = await window.call('run/journal', { id, limit: 200 });
      assert.deepEqual(items.map(({ seq }) => seq).sort((a, b) => a - b), Array.from({ length: run.seq }, (_, at) => at + 1), 'the journal has no gap');
      const calls = await window.call('call/list', { limit: 50 });
      assert.equal(calls.items.length, 4 + cutOff, 'each call that was made is in the books');
      await window.close();
    });
  } finally {
    await Promise.all([scripted.stop(), told.stop()]);
  }
}
