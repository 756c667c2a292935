import { compileGlob, type Value } from "@mcpolicy/core";
import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";
import { atomsOf } from "./typed-atoms.ts";

/** Options by which programs read or write files that no operand names, or run other programs. No list of them is whole. */
// biome-ignore format: table
const options: Readonly<Record<string, readonly string[]>> = {
  awk:     ["-f"],
  bash:    ["-c", "--rcfile"],
  cargo:   ["--config", "--manifest-path"],
  curl:    ["-o", "-K", "-T", "--output"],
  docker:  ["-v", "--mount"],
  fd:      ["-x", "--exec"],
  find:    ["-exec", "-delete", "-fprint"],
  git:     ["--output=x", "--upload-pack=x", "--ext-diff"],
  go:      ["-o", "-exec", "-toolexec"],
  grep:    ["-f"],
  jq:      ["-f", "--rawfile"],
  make:    ["-f", "-C"],
  node:    ["-e", "-r"],
  npm:     ["--prefix", "--script-shell=x"],
  npx:     ["-c", "-p"],
  openssl: ["-in", "-out"],
  perl:    ["-e", "-i"],
  pip:     ["-r", "--target"],
  pnpm:    ["-C", "--dir"],
  psql:    ["-c", "-f", "-o"],
  python:  ["-c", "-m"],
  python3: ["-c", "-m"],
  rg:      ["--pre"],
  rsync:   ["-e", "--files-from=x"],
  ruby:    ["-e", "-i"],
  scp:     ["-o", "-S"],
  sed:     ["-i", "-f"],
  sh:      ["-c"],
  sort:    ["-o", "--compress-program=x"],
  ssh:     ["-o", "-F"],
  tar:     ["--to-command=x", "-C", "--checkpoint-action=x"],
  vim:     ["-c", "-w"],
  wget:    ["-O", "--post-file=x"],
  zip:     ["-TT"],
};

/** A command that is allowed with any options, of a program that reads or writes other files by option. */
export function* commandOptions({ heads }: Linted): Iterable<Diagnostic> {
  const said = new Set<string>();
  for (const { operand, forbids } of atomsOf(heads)) {
    if (forbids || operand.kind !== "apply" || operand.operator.id !== "runs") continue;
    const constant = operand.operands[1];
    if (constant?.kind !== "constant") continue;
    const { span, value } = constant;
    for (const pattern of (Array.isArray(value) ? value : [value]) as readonly Value[]) {
      const key = `${span.file} ${span.start} ${String(pattern)}`;
      if (typeof pattern !== "string" || said.has(key)) continue;
      said.add(key);
      const [program = "", ...words] = pattern.split(" ").filter((word) => word !== "");
      const name = program.slice(program.lastIndexOf("/") + 1);
      const known = Object.hasOwn(options, name) ? options[name]! : [];
      const taken = known.filter((option) => words.some((word) => takes(word, option)));
      if (taken.length === 0) continue;
      const shown = taken.map((option) => `\`${option.replace(/=x$/, "=…")}\``).join(", ");
      yield diagnostic("P0417", span, `\`${JSON.stringify(pattern)}\` also takes ${shown}`)
        .withNote(`by such options \`${name}\` reads or writes other files, or runs other programs`)
        .withHelp(
          "write out the options that may be given, and `**` for operands: it takes no word that begins with `-`",
        );
    }
  }
}

/** Whether a word of a pattern, or the run of words that it stands for, takes an option that the pattern does not name itself. */
function takes(word: string, option: string): boolean {
  if (word === "-**") return true;
  if (word === "**" || !/[*?[{]/.test(word)) return false;
  const compiled = compileGlob(word);
  return compiled.ok && compiled.pattern.matches(option);
}
