/** The proxy in front of any server, under a policy from text: `node proxied.ts POLICY-FILE SERVER ROLE CMD…`. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { compile, generatedEngine } from "@mcpolicy/compiler";
import { checkPolicy } from "@mcpolicy/language";
import { loadPolicy, memoryDriver } from "@mcpolicy/runtime";
import { abilities } from "../../src/decide/abilities.ts";
import { stdioProxy } from "../../src/stdio/index.ts";

const [file = "", server = "", role = "", command = "", ...args] = process.argv.slice(2);
const { policy: checked, diagnostics } = checkPolicy([resolve(file)], {
  read: (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined),
  join: (from, path) => join(dirname(from), path),
});
if (checked === undefined) throw new Error(JSON.stringify(diagnostics));
const policy = loadPolicy(compile(checked), { engine: generatedEngine, abilities });
const end = await stdioProxy({
  ...{ policy, server, command, args },
  principal: { id: "dev", roles: [role] },
  state: memoryDriver(policy.windows),
  settings: JSON.parse(process.env["PROXIED_SETTINGS"] ?? "{}"),
});
process.exitCode = end.kind === "closed" ? 0 : 1;
