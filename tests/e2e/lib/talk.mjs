// Talking in the window as a person does: the model chosen in the picker, the message typed, what went wrong read in its place.

import { until } from './process.mjs';
import { keys } from './webdriver.mjs';

export const composer = 'textarea[aria-label=Message]';
const answers = 'article[aria-label^="Answer, message"]';
const questions = 'article[aria-label^="You"]';

/** Connects a server without the page: what is looked at here comes after. */
export function connect(window, name, baseUrl, key = rightForNobody) {
  return window.call('provider/add', { kind: 'openai_compatible', name, baseUrl, key, keep: 'session' });
}

const rightForNobody = 'sk-wrong-0123456789-abcdEFGH';

/** A chat of its own, from the list's button. */
export async function newChat(window) {
  await window.clickNamed('New chat');
  await until('it can be written', () => window.execute(`return document.activeElement === document.querySelector('${composer}') && !document.querySelector('article')`));
}

/** Chooses in the picker of the composer. */
export async function choose(window, model) {
  await window.click('button[aria-label^="Model:"]');
  await window.waitFor('input[role=combobox]');
  await pickNamed(window, model);
  // The focus leaves the list as it closes; what is typed before would go astray.
  await until(`${model} is chosen`, () => window.execute(`return !document.querySelector('input[role=combobox]')
    && document.querySelector('button[aria-label^="Model:"]')?.getAttribute('aria-label') === 'Model: ' + arguments[0]`, model));
}

/** In an open picker: types the name and takes the first. */
export async function pickNamed(window, model) {
  await window.type('input[role=combobox]', model);
  await until(`${model} is found`, () => window.execute(`return document.querySelector('[role=option][data-pointed]')?.innerText.startsWith(arguments[0])
    && document.activeElement?.getAttribute('role') === 'combobox'`, model));
  await window.press(keys.enter);
}

export async function say(window, text) {
  await window.type(composer, text);
  await until('the composer has the focus', () => window.execute(`const field = document.querySelector('${composer}');
    const has = document.activeElement === field;
    if (!has) field.focus();
    return has;`));
  await window.press(keys.enter);
}

/** Waits until the last answer has ended, and tells what it shows: `text` (all of it) and `trouble` (the alert's words, or nothing). */
export async function ended(window, { within = 30_000 } = {}) {
  return until('the answer has ended', () => window.execute(`const last = [...document.querySelectorAll('${answers}')].at(-1);
    if (!last || last.getAttribute('aria-busy') === 'true' || !last.querySelector('footer')) return undefined;
    return { text: last.innerText, trouble: last.querySelector('[role=alert]')?.innerText };`), { within });
}

/** What the person said last, as it stands on the page. */
export function lastQuestion(window) {
  return window.execute(`return [...document.querySelectorAll('${questions}')].at(-1)?.innerText`);
}

/** What stands in the composer and wasn't sent. */
export function draft(window) {
  return window.execute(`return document.querySelector('${composer}').value`);
}

/** Presses the button of the last answer's alert. */
export async function remedy(window, name) {
  await window.execute(`[...[...document.querySelectorAll('${answers}')].at(-1).querySelectorAll('[role=alert] button')]
    .find((one) => one.textContent === arguments[0]).click()`, name);
}

/** Asks for the last answer once more by its own menu, which every answer has. */
export async function writeAgain(window) {
  await window.execute(`[...document.querySelectorAll('${answers}')].at(-1).querySelector('button[aria-label="Write again"]').click()`);
  await window.waitFor('[role=menuitem]');
  await window.execute(`[...document.querySelectorAll('[role=menuitem]')].find((one) => one.textContent.trim() === 'Write again').click()`);
}
