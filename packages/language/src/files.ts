/** How a policy's files are reached. Paths are as in the statements, joined to the folder of the file that names them. */
export interface Files {
  /** The text of a file, or undefined where there is none. Never throws. */
  readonly read: (path: string) => string | undefined;
  /** `path` as seen from the file `from`: `/p/a.mcpolicy`, `tools/x.json` gives `/p/tools/x.json`. */
  readonly join: (from: string, path: string) => string;
}
