// Pictures of the components and of the page without any answers, in light, dark and narrow.
// node scripts/gallery.mjs [folder for the pictures]. Fails on any violation.
import { finish, look } from './looking.mjs';

const press = (keys) => (page) => page.keyboard.press(keys);
for (const theme of ['light', 'dark']) {
  const colorScheme = theme;
  await look(`gallery-${theme}`, '/gallery.html', { colorScheme, whole: true });
  await look(`dialog-${theme}`, '/gallery.html', { colorScheme, act: (page) => page.click('text=Open dialog') });
  await look(`alert-${theme}`, '/gallery.html', { colorScheme, act: (page) => page.click('text=Delete for good') });
  await look(`menu-${theme}`, '/gallery.html', { colorScheme, act: (page) => page.click('[aria-label=More]') });
  await look(`select-${theme}`, '/gallery.html', {
    colorScheme,
    act: (page) => page.click('[role=combobox] >> nth=0'),
  });
  await look(`toast-${theme}`, '/gallery.html', { colorScheme, act: (page) => page.click('text=Show toast') });
  await look(`page-${theme}`, '/models#token=right', { colorScheme });
  await look(`settings-${theme}`, '/settings#token=right', { colorScheme });
  await look(`palette-${theme}`, '/chat#token=right', { colorScheme, act: press('Control+K') });
  await look(`shortcuts-${theme}`, '/chat#token=right', { colorScheme, act: press('Control+/') });
  await look(`token-${theme}`, '/', { colorScheme });
}
await look('gallery-narrow', '/gallery.html', { width: 420, whole: true });
await look('settings-narrow', '/settings#token=right', { width: 420, colorScheme: 'dark' });
await look('palette-narrow', '/settings#token=right', { width: 420, act: press('Control+K') });
await look('focus', '/gallery.html', {
  act: async (page) => {
    for (let times = 0; times < 3; times += 1) await page.keyboard.press('Tab');
  },
});
await look('tooltip', '/gallery.html', {
  act: async (page) => {
    await page.hover('[aria-label="New chat"]');
    await page.waitForTimeout(700);
  },
});

await finish();
