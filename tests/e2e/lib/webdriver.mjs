// A minimal client of the W3C WebDriver protocol over fetch: what the journeys need and no more.

import { setTimeout as pause } from 'node:timers/promises';
import { until } from './process.mjs';

const elementKey = 'element-6066-11e4-a52e-4f735466cecf';

/** Keys that have no letter, by their WebDriver code points. */
export const keys = {
  enter: '\uE007', tab: '\uE004', escape: '\uE00C', backspace: '\uE003', delete: '\uE017', up: '\uE013', down: '\uE015',
  left: '\uE012', right: '\uE014', home: '\uE011', end: '\uE010', shift: '\uE008', control: '\uE009', alt: '\uE00A', meta: '\uE03D',
};

export class WebDriver {
  #base;

  /** Opens a session on the driver at `address`. */
  static async open(address, capabilities) {
    const driver = new WebDriver();
    const { sessionId } = await request('POST', `${address}/session`, { capabilities: { alwaysMatch: capabilities } });
    driver.#base = `${address}/session/${sessionId}`;
    await driver.#post('/timeouts', { script: 30_000, pageLoad: 30_000, implicit: 0 });
    return driver;
  }

  /** Runs the body of a function in the page and answers what it returns; `arguments` are the values given. */
  async execute(script, ...values) {
    return this.#post('/execute/sync', { script, args: values });
  }

  /** The same for a body that calls its last argument when it is done. */
  async executeAsync(script, ...values) {
    return this.#post('/execute/async', { script, args: values });
  }

  /** The first element that matches, or undefined. */
  async find(selector) {
    const [first] = await this.findAll(selector);
    return first;
  }

  async findAll(selector) {
    const found = await this.#post('/elements', { using: 'css selector', value: selector });
    return found.map((one) => one[elementKey]);
  }

  /** Waits for an element that matches and is displayed. */
  async waitFor(selector, options) {
    return until(`"${selector}" is shown`, async () => {
      for (const element of await this.findAll(selector)) {
        if (await this.#get(`/element/${element}/displayed`)) return element;
      }
      return undefined;
    }, options);
  }

  /** Waits until nothing that matches is displayed. */
  async waitForNo(selector, options) {
    return until(`"${selector}" is gone`, async () => {
      const shown = await Promise.all((await this.findAll(selector)).map((element) => this.#get(`/element/${element}/displayed`)));
      return !shown.includes(true);
    }, options);
  }

  /** Waits until the text of what matches satisfies `accept` (a string it holds, a pattern, or a function); answers the text. */
  async waitForText(selector, accept, options) {
    const good = typeof accept === 'function' ? accept : (text) => (accept instanceof RegExp ? accept.test(text) : text.includes(accept));
    return until(`"${selector}" says ${accept}`, async () => {
      const text = await this.text(selector);
      return text !== undefined && good(text) ? { text } : undefined;
    }, options).then(({ text }) => text);
  }

  /** The text of the first match, or undefined. */
  async text(selector) {
    const element = await this.find(selector);
    return element && this.#get(`/element/${element}/text`);
  }

  async click(selector, options) {
    await this.#press(() => this.waitFor(selector, options));
  }

  /** Clicks the first button, link, tab or menu entry that is named like this (its label, else its text). */
  async clickNamed(name, options) {
    await this.#press(() => until(`something to click is named "${name}"`, async () => {
      const one = await this.execute(`const name = arguments[0];
        return [...document.querySelectorAll('button, a, [role=button], [role=menuitem], [role=option], [role=tab], [role=switch], label')]
          .find((one) => (one.getAttribute('aria-label') ?? one.textContent).trim() === name && one.getClientRects().length > 0 && !one.disabled);`, name);
      return one?.[elementKey];
    }, options));
  }

  /** Types into the first match, after what is there. */
  async type(selector, text) {
    const element = await this.waitFor(selector);
    await this.#post(`/element/${element}/value`, { text });
  }

  async clear(selector) {
    const element = await this.waitFor(selector);
    await this.#post(`/element/${element}/clear`, {});
  }

  /** The control that a label names inside of `within`, by the label's first words. */
  async control(name, { within = 'body', ...options } = {}) {
    return until(`something is labelled "${name}"`, async () => {
      const one = await this.execute(`const [name, within] = arguments;
        return [...document.querySelectorAll(within + ' label')].find((one) => one.textContent.trim().startsWith(name))?.control
          ?? [...document.querySelectorAll(within + ' [aria-label]')].find((one) => one.getAttribute('aria-label').startsWith(name));`, name, within);
      return one?.[elementKey];
    }, options);
  }

  /** Pastes into the control that a label names, in place of what is there: typing takes a moment for each letter. */
  async fill(name, text, options) {
    const element = await this.control(name, options);
    const taken = await this.execute(`const [field, text] = arguments;
      field.focus();
      field.select();
      return document.execCommand('insertText', false, text) && field.value === text;`, { [elementKey]: element }, text);
    if (!taken) throw new Error(`"${name}" doesn't take "${text}"`);
  }

  /** Types to whatever has the focus. */
  async write(text) {
    const actions = [...text].flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]);
    await this.#post('/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  /** Draws with the pointer pressed, from the middle of one element to the middle of another. */
  async drag(from, to) {
    const [start, end] = [await this.waitFor(from), await this.waitFor(to)];
    const over = (element, x = 0, y = 0) => ({ type: 'pointerMove', duration: 50, origin: { [elementKey]: element }, x, y });
    const actions = [over(start), { type: 'pointerDown', button: 0 }, over(start, 12, 4), over(end, -12, -4), over(end), { type: 'pointerUp', button: 0 }];
    await this.#post('/actions', { actions: [{ type: 'pointer', id: 'pointer', parameters: { pointerType: 'mouse' }, actions }] });
    await request('DELETE', `${this.#base}/actions`);
  }

  /** Presses keys together, as `press(keys.control, 'k')`. */
  async press(...together) {
    const down = together.map((value) => ({ type: 'keyDown', value }));
    const up = together.toReversed().map((value) => ({ type: 'keyUp', value }));
    await this.#post('/actions', { actions: [{ type: 'key', id: 'keyboard', actions: [...down, ...up] }] });
    await request('DELETE', `${this.#base}/actions`);
  }

  /** What the page shows, as PNG. */
  async screenshot() {
    return Buffer.from(await this.#get('/screenshot'), 'base64');
  }

  /** Clicks what is found; again where the page drew it anew in between, or a notice lies over it for a while. */
  async #press(find) {
    const end = performance.now() + 15_000;
    for (;;) {
      const element = await find();
      try {
        return await this.#post(`/element/${element}/click`, {});
      } catch (error) {
        if (!/stale element|click intercepted/.test(error.message) || performance.now() > end) throw error;
      }
      await pause(50);
    }
  }

  async #get(path) {
    return request('GET', `${this.#base}${path}`);
  }

  async #post(path, body) {
    return request('POST', `${this.#base}${path}`, body);
  }
}

async function request(method, address, body) {
  const response = await fetch(address, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebDriver: ${value.error}: ${value.message}`);
  return value;
}
