import { recordLine } from "../record-line.ts";
import type { Exporter } from "./tee.ts";

/** Writes each record as one line of canonical JSON, its line feed included: what the log holds, for a collector. */
export function ndjsonExporter(write: (line: string) => void | Promise<void>): Exporter {
  return { name: "ndjson", append: (record) => write(`${recordLine(record)}\n`) };
}
