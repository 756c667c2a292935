import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import { isId, own } from "../wire/message.ts";
import type { Member, Members } from "./methods.ts";

/** Members of `params` as far as a row understands them, or the name of one that is missing or of another type. */
export type Understood = { readonly params: JsonObject } | { readonly wrong: string };

/**
 * The members of `params` that a row understands, `_meta` among them; the same object where that is all of it. What is left out is
 * neither decided nor forwarded.
 */
export function understood(members: Members, params: JsonObject): Understood {
  for (const name in members) {
    if (!fits(members[name] as Member, own(params, name))) return { wrong: name };
  }
  return { params: isAllUnderstood(members, params) ? params : kept(members, params) };
}

function isAllUnderstood(members: Members, params: JsonObject): boolean {
  for (const name of Object.keys(params)) {
    if (name === "_meta") {
      if (withoutOurs(params["_meta"] as JsonObject) !== params["_meta"]) return false;
    } else if (!Object.hasOwn(members, name) || params[name] === undefined) return false;
  }
  return true;
}

function kept(members: Members, params: JsonObject): JsonObject {
  const left: Record<string, Value> = {};
  for (const name of Object.keys(params)) {
    const value = params[name];
    if (value === undefined) continue;
    if (name === "_meta") left[name] = withoutOurs(value as JsonObject);
    else if (Object.hasOwn(members, name)) left[name] = value;
  }
  return left;
}

function fits(member: Member, value: Value | undefined): boolean {
  if (value === undefined) return member.endsWith("?");
  switch (member) {
    case "text":
    case "text?":
      return typeof value === "string";
    case "record":
    case "record?":
      return isRecord(value);
    case "list":
    case "list?":
      return Array.isArray(value);
    case "id":
    case "id?":
      return isId(value);
    case "number":
    case "number?":
      return typeof value === "number";
    case "texts?":
      return isRecord(value) && Object.values(value).every((each) => typeof each === "string");
    case "any":
    case "any?":
      return true;
  }
}

const OURS = "dev.mcpolicy/";

/** Our own prefix in `_meta` is ours to write: what comes with it says nothing. The same object where nothing does. */
export function withoutOurs(meta: JsonObject): JsonObject {
  for (const name in meta) {
    if (name.startsWith(OURS)) {
      return Object.fromEntries(Object.entries(meta).filter(([each]) => !each.startsWith(OURS)));
    }
  }
  return meta;
}
