/** The stdio proxy as `policy proxy` runs it, with a policy's artifact: `proxy.js ARTIFACT CMD…`. */
import { readFileSync } from "node:fs";
import { memorySink } from "@mcpolicy/mcp";
import { stdioProxy } from "@mcpolicy/mcp/stdio";
import { policyOf } from "../engines/mcpolicy.ts";

const [file = "", command = "", ...args] = process.argv.slice(2);
await stdioProxy({
  policy: await policyOf(readFileSync(file, "utf8"), "generated"),
  server: "fs",
  principal: { id: "dev", roles: ["developer"] },
  audit: memorySink(),
  ...{ command, args },
});
