import { describe, expect, test } from "vitest";
import {
  claimedHead,
  isOrigin,
  keyPairOf,
  openCheckpoint,
  readProof,
  signCheckpoint,
  signerOf,
  signNote,
  verifierOf,
  writeProof,
} from "../src/index.ts";

const keys = await keyPairOf("example.com/audit", new Uint8Array(32).fill(5));
const signer = await signerOf(keys.signing);
const verifier = await verifierOf(keys.verifying);
const root = Uint8Array.from({ length: 32 }, (_, at) => at);
const head = { origin: "example.com/audit", size: 20_852_163, root };
const checkpoint = await signCheckpoint(head, [signer]);

describe("a checkpoint", () => {
  test("is three lines and a signature (C2SP tlog-checkpoint)", async () => {
    expect(checkpoint).toMatch(
      /^example\.com\/audit\n20852163\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— example\.com\/audit [A-Za-z0-9+/]+=*\n$/,
    );
    expect(await openCheckpoint(checkpoint, [verifier])).toEqual({ kind: "opened", head, by: [verifier] });
    expect(claimedHead(checkpoint)).toEqual(head);
  });

  test("is refused without a known key", async () => {
    expect(await openCheckpoint(checkpoint, [])).toMatchObject({ kind: "refused" });
  });

  const encoded = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  // biome-ignore format: table
  test.each([
    ["a further line, which is passed over", `o\n1\n${encoded}\nmore\n`, true],
    ["no tree",                              `o\n0\n${encoded}\n`,       true],
    ["a further line that is empty",         `o\n1\n${encoded}\n\n`,     false],
    ["no origin",                            `\n1\n${encoded}\n`,        false],
    ["a leading zero",                       `o\n01\n${encoded}\n`,      false],
    ["a sign",                               `o\n+1\n${encoded}\n`,      false],
    ["a size beyond all counting",           `o\n9007199254740993\n${encoded}\n`, false],
    ["a short root",                         "o\n1\nAAEC\n",             false],
    ["two lines",                            "o\n1\n",                   false],
  ])("with %s", async (_name, text, isOne) => {
    const opened = await openCheckpoint(await signNote(text, [signer]), [verifier]);
    expect(opened.kind).toBe(isOne ? "opened" : "refused");
  });

  test("names its log by one word", () => {
    expect(isOrigin("example.com/audit")).toBe(true);
    for (const text of ["", "a b", "a\nb", "a+b"]) expect(isOrigin(text)).toBe(false);
  });
});

describe("a proof file (C2SP tlog-proof)", () => {
  const path = [root, root.map((byte) => 255 - byte)];
  const proof = { index: 73_894, path, checkpoint, extra: Uint8Array.of(1, 2, 3) };
  const text = writeProof(proof);
  const read = (changed: string) => readProof(new TextEncoder().encode(changed));

  test("survives as text", () => {
    expect(text.split("\n").slice(0, 3)).toEqual(["c2sp.org/tlog-proof@v1", "extra AQID", "index 73894"]);
    expect(read(text)).toEqual(proof);
    const { extra, ...plain } = proof;
    expect(extra).toBeDefined();
    expect(read(writeProof(plain))).toEqual(plain);
    expect(read(writeProof({ ...plain, path: [] }))).toEqual({ ...plain, path: [] });
  });

  // biome-ignore format: table
  test.each([
    ["another version",    (whole: string) => whole.replace("@v1", "@v2")],
    ["no index",           (whole: string) => whole.replace("index 73894\n", "")],
    ["an index of none",   (whole: string) => whole.replace("73894", "-1")],
    ["a loose extra",      (whole: string) => whole.replace("AQID", "AQI")],
    ["a short hash",       (whole: string) => whole.replace(/\n[A-Za-z0-9+/]{43}=\n/, "\nAAEC\n")],
    ["no checkpoint",      (whole: string) => whole.slice(0, whole.indexOf("\n\n"))],
    ["a checkpoint without a signature", (whole: string) => whole.slice(0, whole.lastIndexOf("—"))],
  ])("with %s is none", (_name, change) => expect(read(change(text))).toBeUndefined());
});
