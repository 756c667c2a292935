import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import type { Fault } from "./fault.ts";

// Loaded with `--import` by the `faults` soak: changes one place of one source as it is loaded. Files stay as they are.
const fault = JSON.parse(process.env["MCPOLICY_FAULT"] ?? "null") as Fault | null;

if (fault !== null) {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.startsWith("file:") || !fileURLToPath(url).endsWith(`/packages/${fault.file}`)) return loaded;
      const text =
        typeof loaded.source === "string" ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString("utf8");
      if (text.split(fault.find).length !== 2) throw new Error(`the place of fault "${fault.name}" is not there once`);
      process.stderr.write(`fault injected: ${fault.name}\n`);
      return { ...loaded, source: text.replace(fault.find, () => fault.replace) };
    },
  });
}
