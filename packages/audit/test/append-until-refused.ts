import { keyPairOf, signerOf } from "../src/index.ts";
import { type LogError, openAuditLog } from "../src/node/index.ts";
import { decision, origin } from "./records.ts";

// Appends to the log of a folder until it takes no more, and says how many it took and why no more.
const [folder = ""] = process.argv.slice(2);
const { signing } = await keyPairOf(origin, new Uint8Array(32).fill(1));
const events: string[] = [];
const log = await openAuditLog(folder, {
  signer: await signerOf(signing),
  durability: { sync: "every record" },
  report: ({ kind }) => events.push(kind),
});
for (let kept = 0; ; kept += 1) {
  try {
    await log.append(decision(kept));
  } catch (problem) {
    const { code, message } = problem as LogError;
    process.stdout.write(JSON.stringify({ kept, code, text: message, events }));
    process.exit();
  }
}
