import { openSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { printable } from "@mcpolicy/diagnostics";
import { publicKeySet } from "@mcpolicy/identity";
import { newSigningKey } from "@mcpolicy/identity/node";
import { Command, Option } from "commander";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import type { Session } from "../session.ts";

interface Flags {
  readonly out: string;
  readonly algorithm: string;
}

const algorithms = ["EdDSA", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];

/** `policy token key`: a new key to sign with. */
export function keyCommand(session: Session): Command {
  return new Command("key")
    .description("make a key to sign tokens with, for development and tests; print its public key set")
    .requiredOption("--out <file>", "where the private key goes; never over another file")
    .addOption(new Option("--algorithm <name>", "what it signs with").choices(algorithms).default("EdDSA"))
    .addHelpText("after", "\nExample: policy token key --out dev-key.jwk > jwks.json")
    .action(async (flags: Flags) => session.exit(await makeKey(session, flags)));
}

async function makeKey(session: Session, { out, algorithm }: Flags): Promise<ExitCode> {
  const key = await newSigningKey(algorithm);
  writeNew(resolve(session.cwd, out), out, `${JSON.stringify(key, null, 2)}\n`);
  session.err.write(`wrote the private key to ${printable(out)}, for its owner alone; what follows is public\n`);
  session.out.write(`${JSON.stringify(publicKeySet([key]), null, 2)}\n`);
  return exitCodes.fine;
}

function writeNew(path: string, shown: string, text: string): void {
  try {
    writeFileSync(openSync(path, "wx", 0o600), text);
  } catch (problem) {
    const { code, message } = problem as NodeJS.ErrnoException;
    throw new UsageError(
      code === "EEXIST"
        ? `--out: there is a file ${shown} already; a key that is in use must not be lost`
        : `cannot write ${shown}: ${message}`,
    );
  }
}
