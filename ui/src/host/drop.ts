/** Files dropped on a browser's window; in the desktop the shell takes them. A drop that nobody takes must not navigate the page away. */
export function onFileDrop(onDrop: (files: File[]) => void, onHover?: (over: boolean) => void): () => void {
  let depth = 0;
  const hover = (next: number) => {
    if (depth > 0 !== next > 0) onHover?.(next > 0);
    depth = Math.max(0, next);
  };
  const enter = (event: DragEvent) => {
    if (holdsFiles(event)) hover(depth + 1);
  };
  const leave = (event: DragEvent) => {
    if (holdsFiles(event)) hover(depth - 1);
  };
  const over = (event: DragEvent) => {
    if (holdsFiles(event)) event.preventDefault();
  };
  const drop = (event: DragEvent) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    hover(0);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) onDrop(files);
  };
  const stop = new AbortController();
  const options = { signal: stop.signal };
  window.addEventListener('dragenter', enter, options);
  window.addEventListener('dragleave', leave, options);
  window.addEventListener('dragover', over, options);
  window.addEventListener('drop', drop, options);
  return () => stop.abort();
}

function holdsFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}
