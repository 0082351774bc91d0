// The desktop window opens, says that it is ready, shows something, and leaves nothing behind when it is closed.

export default async function journey({ step, open, pids, assert }) {
  const window = await step('the window opens', () => open());
  await step('it shows something', () => window.picture('first-start'));
  await step('it runs once', async () => assert.equal((await pids()).length, 1));
  await step('it ends when it is closed', () => window.close());
}
