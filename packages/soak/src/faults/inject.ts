import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { repository } from "../shared.ts";
import type { Fault } from "./fault.ts";

/** A module that was loaded anew, and whether the fault was met on the way. */
export interface Seeded<Module> {
  readonly loaded: Module;
  readonly isSeeded: boolean;
}

const ours = new URL(`file://${repository}/packages/`).href;
const mark = "seeded";
const runs: { readonly fault: Fault | undefined; isSeeded: boolean }[] = [];

/**
 * Imports one of our modules with everything of ours that it imports, all of it apart from what is loaded already, and one place of one source
 * changed. Files stay as they are. Rejects as `import` does, and where the place of the fault is not there once.
 */
export async function importSeeded<Module>(module: URL, fault: Fault | undefined): Promise<Seeded<Module>> {
  const run = { fault, isSeeded: false };
  const number = runs.push(run) - 1;
  const loaded = (await import(`${module.href}?${mark}=${number}`)) as Module;
  return { loaded, isSeeded: run.isSeeded };
}

type Hooks = Required<Parameters<typeof registerHooks>[0]>;

/** What a module of a run imports belongs to that run. */
const resolve: Hooks["resolve"] = (specifier, context, next) => {
  const resolved = next(specifier, context);
  const number = context.parentURL === undefined ? null : new URL(context.parentURL).searchParams.get(mark);
  return number === null || !resolved.url.startsWith(ours) || resolved.url.includes("/node_modules/")
    ? resolved
    : { ...resolved, url: `${resolved.url}?${mark}=${number}` };
};

const load: Hooks["load"] = (url, context, next) => {
  const loaded = next(url, context);
  const run = runs[Number(new URL(url).searchParams.get(mark) ?? "none")];
  if (run?.fault === undefined || !fileURLToPath(url).endsWith(`/packages/${run.fault.file}`)) return loaded;
  const { name, find, replace } = run.fault;
  const text =
    typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source as Uint8Array);
  if (text.split(find).length !== 2) throw new Error(`the place of fault "${name}" is not there once`);
  run.isSeeded = true;
  return { ...loaded, source: text.replace(find, () => replace) };
};

registerHooks({ resolve, load });
