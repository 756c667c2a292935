import { writeSync } from "node:fs";
import { openAuditLog } from "@mcpolicy/audit/node";
import { randomOf } from "../agreement/random.ts";
import { keyOf, sampleRecords } from "./sample-log.ts";

// Appends to the log of a folder, several records at a time, and says of each that it is kept once it is, with the instant before it was given.
const [folder = "", sync = "", seed = "0"] = process.argv.slice(2);
const { signer } = await keyOf(1);
const log = await openAuditLog(folder, {
  signer,
  durability: sync === "every" ? { sync: "every record" } : { sync: "interval", ms: Number(sync) },
  checkpointEvery: 50,
  segment: { bytes: 200_000 },
});
const random = randomOf(Number(seed));
await Promise.all(
  Array.from({ length: 8 }, async () => {
    for (;;) {
      for (const record of sampleRecords(random, 50)) {
        if (record.kind !== "decision") continue;
        const before = performance.now();
        await log.append(record);
        writeSync(1, `${record.id} ${before}\n`);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }),
);
