import { github } from "./github.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import type { Reporter } from "./reporter.ts";
import { text } from "./text.ts";

/** Every format that a run can be reported in, by its name. */
export const reporters: Readonly<Record<"text" | "json" | "junit" | "github", Reporter>> = {
  text,
  json,
  junit,
  github,
};
