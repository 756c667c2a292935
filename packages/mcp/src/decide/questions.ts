import { type Decision, denied, isRecord, type JsonObject, type Operation } from "@mcpolicy/core";
import type { Caller } from "../caller.ts";
import { after, type Maybe } from "../maybe.ts";
import { isDeclared } from "../methods/capabilities.ts";
import type { MethodRow } from "../methods/methods.ts";
import { isListedHost, type Settings, secretFields } from "../settings.ts";
import { type Era, own } from "../wire/message.ts";
import type { Decided } from "./decided.ts";
import type { Enforcer } from "./enforcer.ts";

/** What a server asks of the client: pushed, or within a result. */
export interface Question {
  readonly row: MethodRow;
  readonly params: JsonObject;
  readonly era: Era;
  /** On whose behalf it asks. */
  readonly caller: Caller;
  /** What the client declared that it can be asked; undefined where it declared nothing. */
  readonly capabilities: JsonObject | undefined;
}

/** A question that was decided; `params` are what the client is asked, where it is. */
export interface QuestionDecided {
  readonly decided: Decided;
  readonly params: JsonObject | undefined;
}

/** Decides a question by the policy, the client's capabilities and the adapter's own rules, which only ever take away. */
export function decideQuestion(enforcer: Enforcer, settings: Settings, question: Question): Maybe<QuestionDecided> {
  const { row, params, era, caller, capabilities } = question;
  const operation = { kind: row.subject, server: enforcer.server.name } as Operation;
  const asked = { from: "server", method: row.method, era, caller, operation, arguments: {}, notes: [] } as const;
  const ruled = isDeclared(capabilities, row.method, params)
    ? (rules[row.subject]?.(params, settings) ?? params)
    : "the client did not declare that it can be asked so";
  const before = typeof ruled === "string" ? refused(ruled) : undefined;
  return after(enforcer.decide(asked, before), (decided): QuestionDecided => {
    const isLetThrough = decided.decision.effect === "allow" && typeof ruled !== "string";
    return { decided, params: isLetThrough ? ruled : undefined };
  });
}

/** What the adapter makes of the params of a question that the policy allows: as they may be asked, or why not. */
const rules: Readonly<
  Partial<Record<MethodRow["subject"], (params: JsonObject, settings: Settings) => JsonObject | string>>
> = {
  elicitation(params, { elicitation = {} }) {
    if (own(params, "mode") === "url") {
      const { hosts = [] } = elicitation;
      const url = own(params, "url");
      if (typeof url !== "string" || !URL.canParse(url)) return "its url cannot be read";
      const { protocol, hostname, username, password } = new URL(url);
      if (protocol !== "https:") return "its url is not https";
      if (username !== "" || password !== "") return "its url holds credentials";
      return isListedHost(hosts, hostname)
        ? params
        : `the host of its url, \`${hostname}\`, is not on the adapter's list`;
    }
    const secrets = elicitation.secrets ?? secretFields;
    const properties = fieldsOf(params);
    if (properties === undefined) return "its form has no schema";
    const secret = Object.entries(properties).find(([name, field]) => isSecret(secrets, name, field));
    return secret === undefined ? params : `its form asks for what looks like a secret: \`${secret[0]}\``;
  },
  sampling(params, { sampling = {} }) {
    const { maxTokens, tools, context } = sampling;
    const asked = own(params, "maxTokens");
    const changes: Record<string, JsonObject[string]> = {};
    if (maxTokens !== undefined && typeof asked === "number" && asked > maxTokens) changes["maxTokens"] = maxTokens;
    if (context === false && own(params, "includeContext") !== undefined) changes["includeContext"] = "none";
    if (tools === false && own(params, "tools") !== undefined) return "it brings tools along";
    return Object.keys(changes).length === 0 ? params : { ...params, ...changes };
  },
};

function fieldsOf(params: JsonObject): JsonObject | undefined {
  const schema = own(params, "requestedSchema");
  const properties = isRecord(schema) ? own(schema, "properties") : undefined;
  return isRecord(properties) ? properties : undefined;
}

/** By its name or its title, however the words of a name are joined. */
function isSecret(secrets: RegExp, name: string, field: unknown): boolean {
  const title = isRecord(field as JsonObject) ? own(field as JsonObject, "title") : undefined;
  const texts = [name, ...(typeof title === "string" ? [title] : [])];
  return texts.some((text) =>
    spellings(text).some((each) => new RegExp(secrets.source, secrets.flags.replace("g", "")).test(each)),
  );
}

function spellings(text: string): readonly string[] {
  const words = text
    .normalize("NFKC")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[^\p{L}\p{N}]+/gu, " ");
  return [text, words, words.replaceAll(" ", "")];
}

function refused(note: string): Decision {
  return { ...denied, reason: "rule", kept: { ...denied.kept, notes: [note] } };
}

/** Of an accepted form, the fields that were asked for; of a client's other answers, the members that they have (MCP 2025-11-25). */
export function answerLeft(row: MethodRow, asked: JsonObject, result: JsonObject): JsonObject {
  const members = answerMembers[row.result] ?? [];
  const kept = Object.fromEntries(
    Object.entries(result).filter(([name]) => name === "_meta" || members.includes(name)),
  );
  const content = own(kept, "content");
  if (row.result !== "elicited" || !isRecord(content)) return kept;
  const fields = fieldsOf(asked) ?? {};
  return {
    ...kept,
    content: Object.fromEntries(Object.entries(content).filter(([name]) => Object.hasOwn(fields, name))),
  };
}

// biome-ignore format: table
const answerMembers: Readonly<Partial<Record<MethodRow["result"], readonly string[]>>> = {
  sampled:  ["role", "content", "model", "stopReason"],
  elicited: ["action", "content"],
  roots:    ["roots"],
};
