// Pictures of pipelines that were run from a conversation, over made-up answers, in light, dark and narrow.
// node scripts/chat-stories.mjs [folder for the pictures]. Fails on any violation.
import { finish, look } from './looking.mjs';

const address = (more = '') => `/gallery.html?at=${encodeURIComponent('/chat/c1')}${more}`;
const settle = (page) => page.waitForTimeout(900);

for (const colorScheme of ['light', 'dark']) {
  await look(`chat-run-${colorScheme}`, address(), { colorScheme, height: 1300, act: settle });
}
await look('chat-run-narrow', address(), { width: 420, height: 1300, act: settle });
await look('chat-run-refused', address('&fails=message/run'), {
  act: async (page) => {
    await settle(page);
    await page.getByRole('textbox', { name: 'Message', exact: true }).fill('/run Nothing of this name');
    await settle(page);
    await page.keyboard.press('Enter');
    await settle(page);
  },
});
await look('chat-run-typed', address(), {
  act: async (page) => {
    await settle(page);
    await page.getByRole('textbox', { name: 'Message', exact: true }).fill('/run');
    await settle(page);
  },
});
await finish();
