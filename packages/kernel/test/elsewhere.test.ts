import { disagreement } from "@mcpolicy/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromium, nodeOf, type Played, playedByNode, playedInBrowser, playedInThread, playground } from "./players.ts";
import { fixtures, type Recorded, recorded } from "./recorded.ts";

// Built modules, and closures over artifacts, decide the conformance set and all policies of the repository alike wherever they run, without making code of text.

let cases: readonly Recorded[];
let place: Awaited<ReturnType<typeof playground>>;

beforeAll(async () => {
  cases = fixtures.map(recorded);
  place = await playground(cases);
});

afterAll(() => place?.remove());

/** Where what was played differs from what was recorded, a line each. */
function differences(played: Played): readonly string[] {
  return cases.flatMap(({ name, decisions, lists }, at) =>
    (["module", "closures"] as const).flatMap((by) => {
      const answers = played.cases[at]?.[by];
      const found = [
        ...decisions.map(({ decision }, index) => {
          const other = answers?.decisions[index];
          return other === undefined ? "no decision" : disagreement(decision, other);
        }),
        ...lists.map(({ names }, index) =>
          names.join() === answers?.lists[index]?.join() ? undefined : `the list is not ${names}`,
        ),
      ];
      return found.flatMap((what) => (what === undefined ? [] : [`${name} by ${by}: ${what}`]));
    }),
  );
}

/** Skips with a reason, but where everything must be there. */
function missing(context: { skip(note: string): never }, what: string): never {
  if (process.env["CI"] === "true") throw new Error(what);
  process.stderr.write(`SKIPPED, ${what}\n`);
  return context.skip(what);
}

test("there is much to decide", () => {
  const total = cases.reduce((sum, { decisions }) => sum + decisions.length, 0);
  expect(total).toBeGreaterThan(800);
});

test.for([22, 24, 26])("in Node %i", async (major, context) => {
  const node = nodeOf(major) ?? missing(context, `there is no Node ${major} for this machine in the install`);
  const played = await playedByNode(node, place.folder);
  expect(differences(played)).toEqual([]);
  expect(played.canEval).toBe(false);
});

test("in a worker thread", async () => {
  expect(differences(await playedInThread(place.folder))).toEqual([]);
});

test("in headless Chromium and a web worker, where `script-src 'self'` forbids `eval`", async (context) => {
  const browser = chromium() ?? missing(context, "there is no Chromium: `apt-get install chromium`, or set CHROMIUM");
  const { page, worker } = await playedInBrowser(browser, place.folder);
  expect(differences(page)).toEqual([]);
  expect(differences(worker)).toEqual([]);
  expect([page.canEval, worker.canEval]).toEqual([false, false]);
});
