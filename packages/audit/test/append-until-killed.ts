import { writeSync } from "node:fs";
import { keyPairOf, signerOf } from "../src/index.ts";
import { openAuditLog } from "../src/node/index.ts";
import { decision, origin } from "./records.ts";

// Appends to the log of a folder, and says of each record that it is kept once it is.
const [folder = ""] = process.argv.slice(2);
const { signing } = await keyPairOf(origin, new Uint8Array(32).fill(1));
const log = await openAuditLog(folder, { signer: await signerOf(signing), durability: { sync: "every record" } });
for (let n = 0; ; n += 1) {
  await log.append(decision(n));
  writeSync(1, `call ${n}\n`);
}
