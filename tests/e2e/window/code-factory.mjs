// The Code Factory in the real window, on a real repository with tests that fail: a plan that a person approves, two tries that
// don't pass, a third that does, and a patch that is applied on a yes and no sooner. The window is killed twice on the way. Only
// what the model says is scripted.

import { runShown, stepBox, toPipelines, toRun } from '../lib/builder.mjs';
import { broken, makeRepository, right, wrong } from '../lib/repository.mjs';
import { connectScripted, stands } from '../lib/runs.mjs';
import { startScripted } from '../lib/scripted.mjs';

const env = { WEBPLUS_OLLAMA: 'off' };
const dialog = '[role=dialog]';
const question = 'section[aria-label="Your answer"]';

const plan = JSON.stringify({ items: [{ title: 'Fix add', detail: 'It must add, not subtract.' }] });
const verdict = JSON.stringify({ reason: 'It does what it should.', score: 0.9 });
const change = (content) => JSON.stringify({ files: [{ path: 'add.sh', content }] });

export default async function journey({ step, open, until, assert }) {
  const repository = await makeRepository();
  const prompts = { plan: [], write: [], review: [] };
  // By its instructions: what is planned, what is written in which try, and what a reviewer says.
  const factory = ({ messages }) => {
    const text = messages.map(({ content }) => content).join('\n');
    if (text.includes('You plan changes')) {
      prompts.plan.push(text);
      return plan;
    }
    if (text.includes('You change software')) {
      prompts.write.push(text);
      const tried = prompts.write.length;
      // The third is cut off by the kill and asked for again.
      return [change(broken), change(wrong), { text: change(right), holds: true }][tried - 1] ?? change(right);
    }
    prompts.review.push(text);
    return verdict;
  };
  const scripted = await startScripted({ factory });
  try {
    let window = await step('the window opens and knows a model', () => open({ env }));
    const named = await connectScripted(window, scripted, { keep: 'keychain' });
    const again = async () => {
      window = await open({ env });
      await toRun(window);
    };

    const id = await step('the template is taken, and a task is given to it', async () => {
      await toPipelines(window);
      await until('the template is offered', () => window.execute(`const one = [...document.querySelectorAll('button')].find((one) => one.textContent.startsWith('Code Factory'));
        one?.click();
        return one !== undefined`));
      await window.waitFor(stepBox('plan'));
      await window.picture('template');
      await window.clickNamed('Run');
      await window.waitFor(dialog);
      await window.fill('Task', 'Make add add', { within: dialog });
      await window.fill('Repository', repository.path, { within: dialog });
      await window.fill('Test command', 'sh test.sh', { within: dialog });
      await window.fill('Model', named('factory'), { within: dialog });
      await window.picture('form');
      await window.clickNamed('Allow and run');
      return runShown(window);
    });

    await step('the plan is asked about', async () => {
      await window.waitForText(question, 'Fix add', { within: 30_000 });
      assert.ok(prompts.plan[0].includes('Make add add') && prompts.plan[0].includes('add.sh'), prompts.plan[0]);
      await window.picture('plan');
    });

    await step('the window is killed while it waits; the question is there again, and is answered', async () => {
      await window.kill();
      await again();
      await window.waitForText(question, 'Fix add');
      await window.clickNamed('Approve');
    });

    await step('two tries don’t pass, and the third is told why', async () => {
      await until('the third try is being written', () => prompts.write.length === 3, { within: 60_000 });
      assert.ok(prompts.write[0].includes(wrong.trim()), prompts.write[0]);
      assert.ok(prompts.write[1].includes('Your last try didn\'t pass the tests'), prompts.write[1]);
      assert.ok(prompts.write[2].includes('not ok - adds two numbers'), prompts.write[2]);
      await window.picture('third-try');
    });

    await step('the window is killed in the middle of the third answer, which is asked for again', async () => {
      await window.kill();
      await again();
      await window.waitForText(question, 'tests passed after 3', { within: 60_000 });
      assert.equal(prompts.write.length, 4);
      assert.equal(prompts.review.length, 3, 'what had been reviewed isn’t reviewed again');
      await window.picture('patch');
    });

    await step('nothing of the repository was touched yet', async () => {
      assert.equal(await repository.source(), wrong);
      assert.equal(await repository.git('status', '--porcelain'), '');
    });

    await step('on a yes the patch is applied, and the working copy goes', async () => {
      await window.clickNamed('Approve');
      await stands(window, id, 'succeeded');
      assert.equal(await repository.source(), right);
      assert.equal(await repository.git('status', '--porcelain'), 'M add.sh');
      assert.equal((await repository.git('worktree', 'list')).split('\n').length, 1);
      await window.execute(`[...document.querySelectorAll('[role=tab]')].find((one) => one.textContent.startsWith('Results')).click()`);
      await window.waitForText('main', 'tests passed, 3 tries');
      await window.picture('report');
    });

    await step('every call is in the books: a plan, three changes, three reviews, and the one that was cut off', async () => {
      const { items } = await window.call('call/list', { limit: 50 });
      assert.equal(items.length, 8, JSON.stringify(items));
      assert.ok(items.every(({ runId }) => runId === id));
      assert.equal(items.filter(({ outcome }) => outcome === 'succeeded').length, 7);
      assert.equal(items.filter(({ outcome }) => outcome === 'reserved').length, 0);
      await window.close();
    });
  } finally {
    await scripted.stop();
  }
}
