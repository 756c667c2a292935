import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import type { ToolResult } from "@mcpolicy/runtime";
import type { Judged } from "../decide/enforcer.ts";
import { after, type Maybe } from "../maybe.ts";
import { own } from "../wire/message.ts";
import { blocksLeft, contentsLeft, nameResources, withheldBlock } from "./blocks.ts";
import { type Hear, type Heard, type Hearing, passes, withheld } from "./heard.ts";

/** A result as the policy judges it, and the way back. */
interface View {
  /** Undefined where it has not got the form of its method. */
  readonly toTool: (result: JsonObject) => ToolResult | undefined;
  /** The method's own form of what was judged, with what may leave of it, and how many parts were dropped. */
  readonly back: (
    judged: ToolResult,
    result: JsonObject,
    hearing: Hearing,
  ) => { readonly result: JsonObject; readonly dropped: number };
}

/** Hears a result that the policy's result rules are about: judged as the server gave it, then cut down to what may leave. */
function judged(view: View): Hear {
  return (result, hearing) => {
    // What has not got its form was read all the same: the policy sees that it is broken.
    const given = view.toTool(result) ?? broken;
    return after(hearing.enforcer.judge(hearing.decided, given), (each) => cutDown(view, result, hearing, given, each));
  };
}

function cutDown(
  view: View,
  result: JsonObject,
  hearing: Hearing,
  given: ToolResult,
  { decision, result: left }: Judged,
): Maybe<Heard> {
  if (given === broken) return withheld(`the result has not got the form of one of ${hearing.request.method}`);
  if (left === undefined) return { kind: "withheld", decision };
  if (!nameResources(left.content)) return back(view, result, hearing, left);
  const { enforcer, caller } = hearing;
  const { name: server } = enforcer.server;
  return after(enforcer.present(caller), (isAllowed) => {
    const mayRead = (uri: string): boolean => isAllowed({ kind: "resource", server, uri });
    return back(view, result, { ...hearing, mayRead }, left);
  });
}

function back(view: View, result: JsonObject, hearing: Hearing, left: ToolResult): Heard {
  const { result: leaving, dropped } = view.back(left, result, hearing);
  return passes(leaving, left, dropped === 0 ? undefined : [`${dropped} parts of the result were dropped`]);
}

const callMembers: ReadonlySet<string> = new Set(["content", "structuredContent", "isError", "_meta"]);
const noBlocks: readonly JsonObject[] = [];

function isMadeOf(result: JsonObject, names: ReadonlySet<string>): boolean {
  for (const name in result) if (!names.has(name)) return false;
  return true;
}

const broken = Object.freeze({ content: "" }) as unknown as ToolResult;

/** `tools/call` (MCP 2025-11-25 and 2026-07-28, CallToolResult). */
export const call: Hear = judged({
  toTool(result) {
    const { content, structuredContent, isError, _meta: meta } = result;
    if (!isBlocks(content) || (isError !== undefined && typeof isError !== "boolean")) return undefined;
    if (isMadeOf(result, callMembers) && (meta === undefined || isRecord(meta))) return result as ToolResult;
    return {
      content,
      ...(structuredContent === undefined ? undefined : { structuredContent }),
      ...(isError === undefined ? undefined : { isError }),
      ...(isRecord(meta) ? { _meta: meta } : undefined),
    };
  },
  back(left, { resultType }, hearing) {
    const { blocks, dropped } = blocksLeft(left.content ?? noBlocks, hearing);
    const whole = (blocks === left.content ? left : { ...left, content: blocks }) as JsonObject;
    return { result: resultType === undefined ? whole : { ...whole, resultType }, dropped };
  },
});

/** `resources/read`: texts are judged as texts of a result are, everything else beside them (ReadResourceResult). */
export const read: Hear = judged({
  toTool({ contents, _meta: meta }) {
    if (!isBlocks(contents)) return undefined;
    const content = contents.map((each) =>
      typeof own(each, "text") === "string" ? { ...each, type: "text" } : { type: "resource", resource: each },
    );
    return { content, ...(isRecord(meta) ? { _meta: meta } : undefined) };
  },
  back(left, result, hearing) {
    const asked = own(hearing.request.params, "uri");
    const uri = typeof asked === "string" ? asked : undefined;
    const all = (left.content ?? []).map((block): JsonObject => {
      if (block["type"] === "resource" && isRecord(block["resource"])) return block["resource"];
      const { type: _, ...contents } = block;
      return contents;
    });
    const contents = all.flatMap((each) => contentsLeft(each, hearing, uri) ?? []);
    return {
      result: { ...cacheable(result), contents, ...metaOf(left) },
      dropped: all.length - contents.length,
    };
  },
});

/** `prompts/get`: each message's content is a block (GetPromptResult). */
export const prompt: Hear = judged({
  toTool({ messages, description, _meta: meta }) {
    if (!isBlocks(messages)) return undefined;
    const content = messages.map((message) => own(message, "content"));
    if (!isBlocks(content) || !messages.every((message) => typeof own(message, "role") === "string")) return undefined;
    return {
      content,
      ...(description === undefined ? undefined : { description }),
      ...(isRecord(meta) ? { _meta: meta } : undefined),
    } as ToolResult;
  },
  back(left, { messages, resultType }, hearing) {
    const roles = (messages as readonly JsonObject[]).map((message) => own(message, "role") as Value);
    let dropped = 0;
    const kept = (left.content ?? []).map((block, at) => {
      const { blocks, dropped: gone } = blocksLeft([block], hearing);
      dropped += gone;
      return { role: roles[at] ?? "user", content: blocks[0] ?? withheldBlock(1) };
    });
    const { description } = left as JsonObject;
    return {
      result: {
        ...(description === undefined ? undefined : { description }),
        messages: kept,
        ...metaOf(left),
        ...(resultType === undefined ? undefined : { resultType }),
      },
      dropped,
    };
  },
});

/** `completion/complete`: values are texts (CompleteResult). */
export const completion: Hear = judged({
  toTool({ completion: completed, _meta: meta }) {
    const values = isRecord(completed) ? own(completed, "values") : undefined;
    if (!Array.isArray(values) || !values.every((value) => typeof value === "string")) return undefined;
    const content = values.map((text: string) => ({ type: "text", text }));
    return { content, ...(isRecord(meta) ? { _meta: meta } : undefined) };
  },
  back(left, { completion: completed, resultType }) {
    const { total, hasMore } = completed as JsonObject;
    const values = (left.content ?? []).map((block) => block["text"] ?? "");
    return {
      result: {
        completion: {
          values,
          ...(total === undefined ? undefined : { total }),
          ...(hasMore === undefined ? undefined : { hasMore }),
        },
        ...metaOf(left),
        ...(resultType === undefined ? undefined : { resultType }),
      },
      dropped: 0,
    };
  },
});

/** The members by which modern results say how long they may be kept; what was decided for one caller is that caller's alone. */
function cacheable({ resultType, ttlMs, cacheScope }: JsonObject): JsonObject {
  return {
    ...(resultType === undefined ? undefined : { resultType }),
    ...(ttlMs === undefined ? undefined : { ttlMs }),
    ...(cacheScope === undefined ? undefined : { cacheScope: "private" }),
  };
}

function metaOf({ _meta: meta }: ToolResult): { readonly _meta?: JsonObject } {
  return meta === undefined ? {} : { _meta: meta };
}

function isBlocks(value: unknown): value is readonly JsonObject[] {
  return Array.isArray(value) && value.every(isRecord);
}
