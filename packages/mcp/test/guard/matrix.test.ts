import { describe, expect, it } from "vitest";
import { memorySink } from "../../src/audit/memory-sink.ts";
import { behaves, started } from "../behaves.ts";
import { policy } from "../guarded.ts";
import { handlerV2, httpV1, httpV2, inMemoryV1, inMemoryV2, type Run } from "./servers.ts";

// biome-ignore format: table
const runs: readonly (readonly [name: string, run: Run])[] = [
  ["1.12 in memory",                  inMemoryV1("sdk-1.12")],
  ["1.32 in memory",                  inMemoryV1("sdk")],
  ["2.0 in memory",                   inMemoryV2("-2.0")],
  ["2.4 in memory",                   inMemoryV2("")],
  ["1.12 on HTTP with a session",     httpV1("sdk-1.12")],
  ["1.32 on HTTP with a session",     httpV1("sdk")],
  ["2.4 on HTTP with a session",      httpV2("")],
  ["2.0 per request, legacy",         handlerV2("-2.0", "legacy")],
  ["2.4 per request, legacy",         handlerV2("", "legacy")],
  ["2.0 per request, modern",         handlerV2("-2.0", "modern")],
  ["2.4 per request, modern",         handlerV2("", "modern")],
];

describe.each(runs)("the guard before a server of SDK %s", (_, run) => {
  behaves(run);

  it("denies everybody whom nobody verified", async () => {
    const audit = memorySink();
    const connected = started(run, { policy, audit, auth: () => ({ principal: undefined }) });
    await expect(connected.then((guarded) => guarded.listTools())).rejects.toThrow(
      /Unauthenticated|did not offer pinned protocol version/,
    );
    expect(audit.records().every((each) => each.kind === "decision" && each.effect !== "allow")).toBe(true);
  });
});
