import type { JsonObject } from "@mcpolicy/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Unheard } from "../../src/http/downstream/unheard.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function unheard() {
  const lost: JsonObject[] = [];
  return { lost, waiting: new Unheard((question) => lost.push(question)) };
}

const question = (id: number, text = ""): JsonObject => ({
  jsonrpc: "2.0",
  id,
  method: "roots/list",
  params: { text },
});
const told: JsonObject = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };

describe("what nobody hears yet", () => {
  it("is given once, in order", () => {
    const { waiting, lost } = unheard();
    waiting.add(question(1));
    waiting.add(told);
    waiting.add(question(2));
    expect(waiting.take()).toEqual([question(1), told, question(2)]);
    expect(waiting.take()).toEqual([]);
    vi.runAllTimers();
    expect(lost).toEqual([]);
  });

  it("is given up for questions after a time, and makes room", () => {
    const { waiting, lost } = unheard();
    const large = question(1, "x".repeat(1024 * 1024 - 200));
    waiting.add(large);
    waiting.add(told);
    vi.runAllTimers();
    expect(lost).toEqual([large]);
    waiting.add(large);
    expect(waiting.take()).toEqual([told, large]);
  });

  it("is bounded in number and in size", () => {
    const { waiting, lost } = unheard();
    waiting.add(question(0, "x".repeat(1024 * 1024)));
    expect(lost.map(({ id }) => id)).toEqual([0]);
    for (let id = 1; id <= 99; id++) waiting.add(question(id));
    for (let at = 0; at < 10; at++) waiting.add(told);
    waiting.add(question(100));
    expect(lost.map(({ id }) => id)).toEqual([0, 100]);
    expect(waiting.take()).toHaveLength(100);
  });
});
