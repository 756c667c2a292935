import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { printable } from "@mcpolicy/diagnostics";
import { UsageError } from "./exit-codes.ts";
import { shownPath } from "./files.ts";
import type { Session } from "./session.ts";

/** A file that a command makes: its path below the folder that it writes to, and its text. */
export interface MadeFile {
  readonly path: string;
  readonly text: string;
}

/** How made files came out: each with its path as it is shown, and whether it was as it should be before. */
export interface Placed {
  readonly shown: string;
  readonly wasThere: boolean;
}

/** Writes files below a folder, but for those that are as they would be written; `isCheck` writes nothing. Throws a UsageError where it cannot. */
export function placeFiles(
  { cwd }: Session,
  files: readonly MadeFile[],
  output: string,
  isCheck = false,
): readonly Placed[] {
  const folder = resolve(cwd, output);
  return files.map(({ path, text }) => {
    const at = join(folder, path);
    const wasThere = existsSync(at) && readFileSync(at, "utf8") === text;
    if (!wasThere && !isCheck) {
      try {
        mkdirSync(dirname(at), { recursive: true });
        writeFileSync(at, text);
      } catch (problem) {
        throw new UsageError(`cannot write below ${output}: ${(problem as Error).message}`);
      }
    }
    return { shown: printable(shownPath(at, cwd)), wasThere };
  });
}

/** Says which files there are now, a line each. */
export function sayPlaced({ out }: Session, placed: readonly Placed[]): void {
  for (const { shown, wasThere } of placed) out.write(`${shown}${wasThere ? " (as it was)" : ""}\n`);
}
