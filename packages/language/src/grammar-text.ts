import type { ISerializedGast, TokenType } from "chevrotain";
import { serializedGrammar } from "./parser.ts";
import * as t from "./tokens.ts";

/** A rule of the parser, or a part of one, as chevrotain writes it down. */
interface Part {
  readonly type: ISerializedGast["type"];
  readonly name?: string;
  readonly label?: string;
  readonly definition?: readonly Part[];
  readonly separator?: Part;
}

/**
 * The grammar, printed from the rules that the parser runs and the patterns of its tokens: `{ }` is any number, `[ ]` one or none, words and
 * marks stand in quotes, tokens begin with a capital, a pattern between slashes is one of ECMAScript's.
 */
export function grammarText(): string {
  const rules = serializedGrammar() as unknown as readonly Part[];
  const lines = ["policy = { statement }", ...rules.map(printRule), "", ...tokenLines()];
  return lines.join("\n");
}

const width = 140;

function printRule({ name, definition = [] }: Part): string {
  const line = `${name} = ${inSequence(definition)}`;
  const [only] = definition;
  if (line.length <= width || definition.length !== 1 || only?.type !== "Alternation") return wrapped(line);
  return (only.definition ?? [])
    .map((option, at) => wrapped(`${at === 0 ? `${name} =` : "  |"} ${inSequence(option.definition ?? [])}`))
    .join("\n");
}

/** A line that is too long goes on in the next one. */
function wrapped(line: string): string {
  if (line.length <= width) return line;
  const at = line.lastIndexOf(" ", width);
  return `${line.slice(0, at)}\n    ${wrapped(line.slice(at + 1))}`;
}

function inSequence(parts: readonly Part[]): string {
  return parts
    .map((part) => (part.type === "Alternation" && parts.length > 1 ? `( ${print(part)} )` : print(part)))
    .join(" ");
}

function print(part: Part): string {
  const body = inSequence(part.definition ?? []);
  const separated = `${body} { ${part.separator === undefined ? "" : `${print(part.separator)} `}${body} }`;
  switch (part.type) {
    case "Terminal":
      return /^`.*`$/.test(part.label ?? "") ? JSON.stringify(part.label!.slice(1, -1)) : part.name!;
    case "NonTerminal":
      return part.name!;
    case "Alternation":
      return (part.definition ?? []).map(print).join(" | ");
    case "Option":
      return `[ ${body} ]`;
    case "Repetition":
      return `{ ${body} }`;
    case "RepetitionWithSeparator":
      return `[ ${separated} ]`;
    case "RepetitionMandatory":
    case "RepetitionMandatoryWithSeparator":
      return separated;
    default:
      return body;
  }
}

function tokenLines(): readonly string[] {
  const words = (isHard: boolean): string =>
    [...t.keywords.keys()]
      .filter((word) => t.isHardWord(word) === isHard)
      .map((word) => JSON.stringify(word))
      .join(" | ");
  const comparisons = t.grammarTokens.filter(({ CATEGORIES }) => CATEGORIES?.includes(t.Compare));
  const patterned: readonly TokenType[] = [t.Name, t.Wild, t.Text, t.Regex, t.DateText, t.DurationText, t.NumberText];
  return [
    wrapped(`Soft = ${words(false)}`),
    wrapped(`Hard = ${words(true)}`),
    "Ident = Name | Soft",
    "Word = Name | Soft | Hard",
    `Compare = ${comparisons.map(({ LABEL }) => JSON.stringify(LABEL!.slice(1, -1))).join(" | ")}`,
    ...[...patterned, t.Space, t.Doc, t.Comment].map(({ name, PATTERN }) => `${name} = ${PATTERN}`),
  ];
}
