import { handWritten, peers } from "../engines/others.ts";
import { w1 } from "../rule-sets/w1.ts";
import { report } from "./report.ts";

// From the start of a process to the first decision of an engine that is not ours.
const engine = [...handWritten, ...peers].find(({ name }) => name === process.argv[2]);
if (engine === undefined) throw new Error(`there is no ${process.argv[2]}`);
const rules = w1(1);
const [first] = rules.requests as [(typeof rules.requests)[number]];
const { answer, close } = await engine.load(rules);
report(await answer(first), rules.byHand(first));
await close?.();
process.exit(0);
