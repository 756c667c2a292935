import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { END, witnessTool } from "./witness-tool.ts";

// A server on stdio that writes down each call that reaches it, before it answers.
const [seen = ""] = process.argv.slice(2);
const serverInfo = { name: "witness", version: "1" };
const results: Readonly<Record<string, (params: { readonly arguments?: { readonly n?: number } }) => object>> = {
  initialize: () => ({ protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo }),
  "tools/list": () => ({ tools: [witnessTool] }),
  "tools/call": ({ arguments: args }) => {
    appendFileSync(seen, `${args?.n}\n`);
    return { content: [{ type: "text", text: "noted" }] };
  },
};
process.stdout.on("error", () => {});
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { id, method, params } = JSON.parse(line);
    const result = results[method]?.(params ?? {});
    if (id !== undefined && result !== undefined) {
      process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result })}\n`);
    }
  })
  .on("close", () => appendFileSync(seen, `${END}\n`));
