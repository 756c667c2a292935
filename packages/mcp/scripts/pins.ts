/**
 * Writes the pin files of the example policies.
 *
 *   node --conditions=@mcpolicy/source packages/mcp/scripts/pins.ts
 *
 * The filesystem server is asked itself (its release 2026.8.31, a development dependency). The others come from published listings below
 * $MCPOLICY_SHARED (default `../shared`); where those are missing, their pin files stay as they are.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { JsonObject, PinFile } from "@mcpolicy/core";
import { type Listing, pinFileOf } from "@mcpolicy/core";
import { capturePins } from "../src/pins/capture.ts";

const root = join(import.meta.dirname, "../../..");
const listings = join(process.env["MCPOLICY_SHARED"] ?? join(root, "../shared"), "data/mcp-tools");

// biome-ignore format: table
const published = [
  { file: "modelcontextprotocol__server-github.json",   to: "policies/github/tools/github.json"          },
  { file: "modelcontextprotocol__server-slack.json",    to: "policies/slack/tools/slack.json"            },
  { file: "modelcontextprotocol__server-postgres.json", to: "policies/postgres/tools/postgres.json"      },
  { file: "playwright__mcp.json",                       to: "policies/browser/tools/browser.json"        },
  { file: "wonderwhy-er__desktop-commander.json",       to: "policies/shell/tools/shell.json"            },
  { file: "wonderwhy-er__desktop-commander.json",       to: "policies/zero-trust-guide/tools/shell.json" },
];

const openLicences: ReadonlySet<string> = new Set(["MIT", "Apache-2.0", "ISC"]);

await write("policies/filesystem/tools/filesystem.json", await captureFilesystem());
await write("policies/zero-trust-guide/tools/files.json", ofTheGuide("guide-files.json"));
await write("policies/zero-trust-guide/tools/web.json", ofTheGuide("guide-web.json"));
if (existsSync(listings)) {
  for (const { file, to } of published) await write(to, fromListing(join(listings, file)));
} else {
  console.error(`${listings} is missing: ${published.length} pin files stay as they are`);
}

async function captureFilesystem(): Promise<PinFile> {
  const entry = "@modelcontextprotocol/server-filesystem";
  const manifestPath = createRequire(import.meta.url).resolve(`${entry}/package.json`);
  const manifest = JSON.parse(readFileSync(manifestPath, "utf8"));
  const folder = mkdtempSync(join(tmpdir(), "mcpolicy-pins-"));
  try {
    return await capturePins({
      command: process.execPath,
      args: [join(dirname(manifestPath), manifest.bin["mcp-server-filesystem"]), folder],
      package: manifest.name,
      version: manifest.version,
      license: manifest.license,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A server of the guide's example: no such package exists, its definitions are this project's. */
function ofTheGuide(file: string): PinFile {
  const listing = JSON.parse(readFileSync(join(import.meta.dirname, file), "utf8")) as Listing;
  return pinFileOf(listing, { package: "mcpolicy", version: "1.0.0", license: "Apache-2.0" });
}

function fromListing(path: string): PinFile {
  const listing = JSON.parse(readFileSync(path, "utf8")) as Listing & JsonObject;
  const { package: name, version, license } = listing;
  if (
    typeof name !== "string" ||
    typeof version !== "string" ||
    typeof license !== "string" ||
    !openLicences.has(license)
  ) {
    throw new Error(`${path}: no package, version and open licence`);
  }
  return pinFileOf(listing, { package: name, version, license });
}

async function write(to: string, pins: PinFile): Promise<void> {
  const path = join(root, to);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(pins, null, 2)}\n`);
  console.log(`${to}: ${pins.package} ${pins.version} (${pins.license}), ${pins.tools.length} tools`);
}
