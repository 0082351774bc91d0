// A pipeline drawn in the window as a person does it: steps from the list, lines by hand, fields by their labels; its runs opened
// and waited for.
//
//   await chooseStep(window, 'check');    goes to a step on the canvas or in a run's graph

import { until } from './process.mjs';

const inspector = '[data-inspector]';

/** To the list of pipelines, by the rail. */
export async function toPipelines(window) {
  await window.click('nav[aria-label=Places] a[aria-label=Pipelines]');
}

/** Adds a step of a kind from the list at the left, after the chosen one. */
export async function addStep(window, title, id) {
  await window.clickNamed(title);
  await window.waitFor(stepBox(id));
  await until(`the inspector shows ${id}`, () => window.execute(`return document.querySelector(arguments[0])?.closest('.react-flow__node')?.classList.contains('selected') && document.querySelector('${inspector}') !== null`, stepBox(id)));
}

/** Where a step stands on a canvas. */
export function stepBox(id) {
  return `.react-flow__node[data-id="${id}"]`;
}

/** One of the places of a step that lines begin or end at: "in", "way:ok", "port:text". */
export function handle(id, name) {
  return `${stepBox(id)} [data-handleid="${name}"]`;
}

/** Chooses a step on the canvas and waits for its fields. */
export async function chooseStep(window, id) {
  await window.click(stepBox(id));
  await until(`${id} is in the inspector`, () => window.execute(`return [...document.querySelectorAll('${inspector} input')].some((one) => one.value === arguments[0])`, id));
}

/** Fills a field of the chosen step. */
export function fill(window, label, text) {
  return window.fill(label, text, { within: inspector });
}

/** The definition as it is kept, once the page says that it is. */
export async function saved(window, id) {
  await until('the page says that it is saved', () => window.execute(`return [...document.querySelectorAll('[role=status]')].some((one) => one.textContent === 'Saved')`));
  return (await window.call('pipeline/get', { id })).definition;
}

/** Waits until the page is at a run, and answers which. */
export function runShown(window, other) {
  return until('a run is opened', async () => {
    const [, place, id] = await window.execute("return location.pathname.split('/')");
    return place === 'runs' && id !== other && id;
  });
}

/** Opens the one run that the status bar tells of. */
export async function toRun(window) {
  await until('the status bar leads to the run', () => window.execute(`const link = [...document.querySelectorAll('a')].find((one) => /^1 run (under way|needs you)$/.test(one.textContent.trim()));
    link?.click();
    return link !== undefined`));
  return runShown(window);
}
