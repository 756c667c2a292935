import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { KeyError, type Signer, signerOf, type Verifier, verifierOf } from "@mcpolicy/audit";
import type { Command } from "commander";
import { UsageError } from "../exit-codes.ts";
import { several } from "../flags.ts";
import type { Session } from "../session.ts";

/** Adds `--key`, which may stand several times. */
export function withKeys(command: Command): Command {
  const what = "a public key that is trusted to sign for the log: NAME+ID+KEY, or a file with one on each line";
  return command.option("--key <key>", what, several, []);
}

/** The public keys that `--key` gives, as text or as files. Throws a UsageError. */
export async function verifiersOf(session: Session, keys: readonly string[]): Promise<readonly Verifier[]> {
  const lines = keys.flatMap((key) => (key.includes("+") ? [key] : linesOf(session, "--key", key)));
  const verifiers: Verifier[] = [];
  for (const line of lines) verifiers.push(await keyOrUsage("--key", () => verifierOf(line)));
  return verifiers;
}

/** The private key in a file. Throws a UsageError. */
export async function signerIn(session: Session, flag: string, file: string): Promise<Signer> {
  const [line = ""] = linesOf(session, flag, file);
  return keyOrUsage(flag, () => signerOf(line));
}

/** The secret in a file: 64 hexadecimal digits or more. Throws a UsageError. */
export function secretIn(session: Session, flag: string, file: string): Uint8Array {
  const [line = ""] = linesOf(session, flag, file);
  if (!/^([0-9a-f]{2}){32,}$/.test(line)) {
    throw new UsageError(`${flag} ${file} holds no secret: it is a line of 64 hexadecimal digits or more`);
  }
  return Buffer.from(line, "hex");
}

function linesOf(session: Session, flag: string, file: string): readonly string[] {
  try {
    const text = readFileSync(resolve(session.cwd, file), "utf8");
    return text.split("\n").filter((line) => line.trim() !== "");
  } catch (problem) {
    throw new UsageError(`${flag} cannot read ${file}: ${(problem as Error).message}`);
  }
}

async function keyOrUsage<Key>(flag: string, read: () => Promise<Key>): Promise<Key> {
  try {
    return await read();
  } catch (problem) {
    if (problem instanceof KeyError) throw new UsageError(`${flag}: ${problem.message}`);
    throw problem;
  }
}

/** The bytes of a file that a flag names. Throws a UsageError. */
export function bytesOf(session: Session, flag: string, file: string): Buffer {
  try {
    return readFileSync(resolve(session.cwd, file));
  } catch (problem) {
    throw new UsageError(`${flag} cannot read ${file}: ${(problem as Error).message}`);
  }
}
