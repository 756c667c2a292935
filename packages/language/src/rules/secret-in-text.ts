import { detectors } from "@mcpolicy/core";
import { type Diagnostic, diagnostic, type Source, type Span } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

/** Detectors of what opens something to whoever holds it, as they are called in the message. */
const tokens: Readonly<Record<string, string>> = {
  "aws-key": "a key of AWS",
  "github-token": "a token of GitHub",
  jwt: "a JSON Web Token",
  "private-key": "a private key",
};

/**
 * A text of the policy that holds what looks like a secret. Policies are read by many, and lie in repositories; what a rule names, a
 * pattern of it or a header such as `BEGIN PRIVATE KEY`, is no secret itself. No excerpt shows it once more.
 */
export function* secretInText({ syntax, sources }: Linted): Iterable<Diagnostic> {
  const known = new Map<string, readonly Span[]>();
  for (const { statements } of syntax) {
    for (const { text, span, what } of textsIn(statements)) {
      const [first, ...more] = secretsIn(text);
      if (first === undefined) continue;
      yield diagnostic("P0418", span, `this ${what} holds what looks like ${first.called}`)
        .withNote("a policy is read by many, and so is every message and report that quotes it")
        .withHelp("take it out, and have it replaced: what was once written down is no secret any more")
        .withHidden([first, ...more].flatMap(({ secret }) => hiddenWith(secret, span, sources.get(span.file), known)));
    }
  }
}

/** So many secrets are looked for in the rest of their files; with more, nothing of such a file is shown. */
const mostLookedFor = 100;

/** Wherever a secret stands in the file; where it is written with escapes, the whole text that holds it. `known`: what was looked for. */
function hiddenWith(
  secret: string,
  holder: Span,
  source: Source | undefined,
  known: Map<string, readonly Span[]>,
): readonly Span[] {
  if (source === undefined) return [holder];
  const key = JSON.stringify([holder.file, secret]);
  if (!known.has(key) && known.size >= mostLookedFor) return [{ ...holder, start: 0, end: source.text.length }];
  const places = known.get(key) ?? [...placesOf(secret, holder.file, source.text)];
  known.set(key, places);
  return places.some(({ start, end }) => holder.start <= start && end <= holder.end) ? places : [...places, holder];
}

function* placesOf(secret: string, file: string, text: string): Iterable<Span> {
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length)) {
    yield { file, start: at, end: at + secret.length };
  }
}

interface Secret {
  readonly secret: string;
  readonly called: string;
}

function* secretsIn(text: string): Iterable<Secret> {
  for (const [name, called] of Object.entries(tokens)) {
    for (const { start, end } of detectors.get(name)?.find(text) ?? []) {
      const secret = text.slice(start, end);
      if (start < end && (name !== "private-key" || hasBody(secret))) yield { secret, called };
    }
  }
  for (const match of text.matchAll(named)) {
    const secret = match[1] ?? match[2] ?? "";
    if (isRandom(secret))
      yield { secret, called: match[2] === undefined ? "a password or token" : "a password in a URL" };
  }
}

/** A header alone is what a rule looks for. */
function hasBody(key: string): boolean {
  return /[A-Za-z0-9+/]{40}/.test(key);
}

/** `password=…`, `api_key: "…"`, `Authorization: Bearer …`, `https://user:…@host`. Each repetition is bounded. */
const named =
  /(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[ _-]?key|bearer)["']?[ \t]{0,4}(?:[:=]|[ ])[ \t]{0,4}["']?([A-Za-z0-9+/_=.!@#$%^&~-]{8,200})|:\/\/[^/\s:@]{1,100}:([^/\s:@]{8,200})@/gi;

/** Bits a character from which on letters are not those of words. */
const leastEntropy = 3;

/** Whether letters, digits and signs are mixed as no word mixes them. */
function isRandom(value: string): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length;
  const hasDigit = /[0-9]/.test(value);
  return hasDigit && kinds >= 2 && /[A-Za-z]/.test(value) && entropyOf(value) >= leastEntropy;
}

/** Shannon's, in bits a character. */
function entropyOf(text: string): number {
  const counts = [...Map.groupBy(text, (each) => each).values()].map((same) => same.length / text.length);
  return counts.reduce((bits, share) => bits - share * Math.log2(share), 0);
}

interface Written {
  readonly text: string;
  readonly span: Span;
  readonly what: "text" | "comment";
}

/** Every text and comment of a tree, whatever node it stands in. */
function* textsIn(root: unknown): Iterable<Written> {
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (Array.isArray(node)) stack.push(...node.toReversed());
    if (typeof node !== "object" || node === null || Array.isArray(node)) continue;
    const { span, value, docs, comments, trailing } = node as Readonly<Record<string, unknown>>;
    if (isSpan(span)) {
      if (typeof value === "string") yield { text: value, span, what: "text" };
      for (const text of [docs, comments, trailing].flat()) {
        if (typeof text === "string") yield { text, span: firstOf(span), what: "comment" };
      }
    }
    stack.push(
      ...Object.values(node)
        .filter((each) => typeof each === "object")
        .toReversed(),
    );
  }
}

function isSpan(value: unknown): value is Span {
  return typeof value === "object" && value !== null && "start" in value && "file" in value;
}

/** What a comment stands at. */
function firstOf({ file, start }: Span): Span {
  return { file, start, end: start };
}
