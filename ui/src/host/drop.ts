/** Files dropped on a browser's window; in the desktop the shell takes them. A drop that nobody takes must not navigate the page away. */
export function onFileDrop(
  onDrop: (files: File[]) => void,
  onHover?: (over: boolean) => void,
  onRefused?: (sentences: string[]) => void,
): () => void {
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
    const { files, folders } = sorted(event.dataTransfer);
    if (files.length > 0) onDrop(files);
    void Promise.all(folders.map((folder) => modelsIn(folder, 3))).then((found) => {
      const models = found.flat();
      if (models.length > 0) onDrop(models);
      const empty = folders.filter((_, at) => found[at]?.length === 0);
      if (empty.length > 0) {
        onRefused?.(
          empty.map(
            ({ name }) => `There is no model in the folder ${name}. Drop GGUF files, or a folder that holds some.`,
          ),
        );
      }
    });
  };
  const stop = new AbortController();
  const options = { signal: stop.signal };
  window.addEventListener('dragenter', enter, options);
  window.addEventListener('dragleave', leave, options);
  window.addEventListener('dragover', over, options);
  window.addEventListener('drop', drop, options);
  return () => stop.abort();
}

/** A folder comes as a file of its name that can't be read; what it is only its entry tells, and only while the drop is handled. */
function sorted(dropped: DataTransfer | null): { files: File[]; folders: FileSystemDirectoryEntry[] } {
  const files: File[] = [];
  const folders: FileSystemDirectoryEntry[] = [];
  const items = dropped?.items ?? [];
  if (items.length === 0) return { files: [...(dropped?.files ?? [])], folders };
  for (const item of items) {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry?.isDirectory === true) folders.push(entry as FileSystemDirectoryEntry);
    else if (file !== null) files.push(file);
  }
  return { files, folders };
}

async function modelsIn(folder: FileSystemDirectoryEntry, depth: number): Promise<File[]> {
  const entries = (await entriesOf(folder).catch(() => [])).filter(({ name }) => !name.startsWith('.'));
  entries.sort((one, other) => one.name.localeCompare(other.name));
  const found = await Promise.all(
    entries.map((entry) => {
      if (entry.isDirectory) {
        return depth > 1 ? modelsIn(entry as FileSystemDirectoryEntry, depth - 1) : Promise.resolve<File[]>([]);
      }
      if (!/^(?!.*mmproj).*\.gguf$/i.test(entry.name)) return Promise.resolve<File[]>([]);
      return new Promise<File[]>((resolve) => {
        (entry as FileSystemFileEntry).file(
          (file) => resolve([file]),
          () => resolve([]),
        );
      });
    }),
  );
  return found.flat();
}

/** A reader gives its entries in pieces, the last of which is empty. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const piece = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (piece.length === 0) return all;
    all.push(...piece);
  }
}

function holdsFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}
