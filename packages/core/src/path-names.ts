/**
 * The edition's list of words that make an argument a path (language.md, section 4, `paths(args)`). A name counts where it is one
 * of them, or has one as a part: parts are runs of letters, split at camelCase too.
 */
export const pathWords: readonly string[] = Object.freeze([
  "path",
  "paths",
  "file",
  "files",
  "filename",
  "filenames",
  "filepath",
  "filepaths",
  "dir",
  "dirs",
  "directory",
  "directories",
  "dirname",
  "folder",
  "folders",
  "source",
  "destination",
  "src",
  "dst",
  "dest",
  "cwd",
  "root",
  "roots",
]);

const words: ReadonlySet<string> = new Set(pathWords);

/**
 * What was found out of names, which come again with each call of a tool. At most so many, and none that are long: where nothing is pinned a caller
 * invents them.
 */
const known = new Map<string, boolean>();
const MOST_KNOWN = 1_000;
const LONGEST_KNOWN = 64;

/** Whether a text argument of this name is taken for a path: `path`, `source_path`, `outputDir`, `working-directory`. */
export function isPathName(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  const found = partsOf(name).some((part) => words.has(part));
  if (known.size >= MOST_KNOWN) known.clear();
  if (name.length <= LONGEST_KNOWN) known.set(name, found);
  return found;
}

// A capital begins a part after a small letter or digit (`outputDir`), or before a small letter in a run of capitals (`URLPath`).
function partsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z]+/);
}
