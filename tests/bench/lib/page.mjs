// Functions that run inside the page; each is handed over as it stands, so that it knows nothing of this file.

/** Clicks a conversation in the list; milliseconds until its newest message stands in the window and a frame was made of it. */
export function openConversation({ title, last }) {
  return new Promise((resolve, reject) => {
    const row = document.querySelector(`button[data-row][title^="${title}"]`);
    const began = performance.now();
    row.click();
    const look = () => {
      const box = document.querySelector(`[data-message="${last}"]`)?.getBoundingClientRect();
      if (box && box.height > 0 && box.top < innerHeight && box.bottom > 0) {
        // A task after the next frame's callbacks comes when that frame has been made.
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
      } else if (performance.now() - began > 30_000) reject(new Error(`${title} did not open in 30 s`));
      else requestAnimationFrame(look);
    };
    look();
  });
}

/** Begins to watch frames, long tasks and keys; `window.stopWatching()` ends it and gives what was seen, in milliseconds. */
export function watch() {
  const seen = { frames: [], long: [], events: [], firstWords: null };
  const began = performance.now();
  let watching = true;
  let before = began;
  let asked = null;
  const frame = (now) => {
    if (!watching) return;
    seen.frames.push(now - before);
    before = now;
    if (asked !== null && seen.firstWords === null && document.querySelector('article[aria-busy="true"] p')?.textContent) {
      seen.firstWords = performance.now() - asked;
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame((now) => {
    before = now;
    requestAnimationFrame(frame);
  });
  const press = (event) => {
    if (event.key === 'Enter') asked ??= performance.now();
  };
  addEventListener('keydown', press, true);
  const tasks = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      if (startTime >= began) seen.long.push({ ms: duration, after: Math.round(startTime - (asked ?? began)) });
    }
  });
  tasks.observe({ type: 'longtask' });
  const keys = new PerformanceObserver((list) => {
    for (const { name, startTime, duration } of list.getEntries()) if (name === 'keydown' && startTime >= began) seen.events.push(duration);
  });
  keys.observe({ type: 'event', durationThreshold: 16 });
  window.stopWatching = () => {
    watching = false;
    tasks.disconnect();
    keys.disconnect();
    removeEventListener('keydown', press, true);
    return seen;
  };
}

/** The five longest, for the record. */
export function longest(values) {
  return [...values].sort((one, other) => other - one).slice(0, 5).map((value) => Math.round(value * 10) / 10);
}

/** Clicks the way to the models; milliseconds until rows of so many of them stand there and a frame was made of them. */
export function openShelf(least) {
  return new Promise((resolve, reject) => {
    const link = document.querySelector('nav[aria-label="Places"] a[href="/models"]');
    const began = performance.now();
    link.click();
    const look = () => {
      const table = document.querySelector('main table');
      if (Number(table?.getAttribute('aria-rowcount')) > least && table.querySelector('[data-row]')) {
        // A task after the next frame's callbacks comes when that frame has been made.
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
      } else if (performance.now() - began > 30_000) reject(new Error('the models did not come in 30 s'));
      else requestAnimationFrame(look);
    };
    look();
  });
}

/** Clicks a pipeline in the list; milliseconds until its steps stand on the canvas and a frame was made of them. */
export function openPipeline(id) {
  return new Promise((resolve, reject) => {
    const link = document.querySelector(`a[href="/pipelines/${id}"]`);
    const began = performance.now();
    link.click();
    const look = () => {
      if (document.querySelector('.react-flow__node[data-id="s0"]')?.checkVisibility({ visibilityProperty: true })) {
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
      } else if (performance.now() - began > 30_000) reject(new Error(`${id} did not open in 30 s`));
      else requestAnimationFrame(look);
    };
    look();
  });
}
