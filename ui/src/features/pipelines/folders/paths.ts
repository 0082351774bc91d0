/** Paths as they are shown. What a path means is the application's to know. */

/** A file's path from its folder on, whichever way the system separates them. */
export function nameWithin(folder: string, path: string): string {
  const rest = path.startsWith(folder) ? path.slice(folder.length) : path;
  return rest.replace(/^[/\\]+/, '');
}

/** The folders with one more; null where there is nothing to add. */
export function withFolder(folders: readonly string[], typed: string): string[] | null {
  const path = typed.trim();
  return path === '' || folders.includes(path) ? null : [...folders, path];
}
