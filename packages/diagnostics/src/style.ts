import type { Severity } from "./diagnostic.ts";

/** The roles that a piece of rendered text can play. */
export type Role = Severity | "message" | "frame" | "secondary" | "fix";

const sgr: Readonly<Record<Role, string>> = {
  error: "1;31",
  warning: "1;33",
  info: "1;36",
  message: "1",
  frame: "34",
  secondary: "36",
  fix: "32",
};

/** Wraps text in the ANSI sequence of its role. */
export type Paint = (role: Role, text: string) => string;

/** A painter that colours, or one that leaves the text as it is. */
export function painter(color: boolean): Paint {
  return color ? (role, text) => (text === "" ? "" : `\u001b[${sgr[role]}m${text}\u001b[0m`) : (_, text) => text;
}
