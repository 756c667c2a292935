/**
 * The proxy in front of the real filesystem server, as a client starts it: `node proxy-filesystem.ts FOLDER`. Developers may list, and read below
 * FOLDER/open; the rest of the server's tools is hidden.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { PinFile } from "@mcpolicy/core";
import { stdioProxy } from "../../src/stdio/index.ts";
import { always, path, policyOf, rule } from "../guarded.ts";

const folder = process.argv[2]!;
const pins: PinFile = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../../policies/filesystem/tools/filesystem.json"), "utf8"),
);
const policy = policyOf(pins.tools, [
  rule("allow", "listing", ["list_allowed_directories"], always),
  rule("allow", "open files", ["read_text_file"], path("under", join(folder, "open"))),
]);

const manifest = createRequire(import.meta.url).resolve("@modelcontextprotocol/server-filesystem/package.json");
const end = await stdioProxy({
  policy,
  server: "fs",
  principal: { id: "dev", roles: ["developer"] },
  command: process.execPath,
  args: [join(dirname(manifest), "dist/index.js"), folder],
});
process.exitCode = end.kind === "closed" ? 0 : 1;
