// The page opens in a browser, says that it is ready, shows something, and breaks no rule of accessibility.

export default async function journey({ step, open, picture, accessible, assert }) {
  const { server, page } = await step('the page opens', () => open());
  await step('it shows something', () => picture(page, 'first-start'));
  await step('axe finds nothing to complain about', () => accessible(page));
  await step('its console is silent', () => {
    const bad = page.consoleLines.filter((line) => /^(error|uncaught|failed):?/.test(line));
    assert.deepEqual(bad, []);
  });
  await step('the server ends when asked', () => server.stop());
}
