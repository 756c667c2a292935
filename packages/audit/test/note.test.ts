import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeyError, keyPairOf, openNote, readNote, signerOf, signNote, verifierOf } from "../src/index.ts";
import { outsideData } from "./outside-data.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const seed = (n: number) => new Uint8Array(32).fill(n);

async function pair(name: string, n: number) {
  const { signing, verifying } = await keyPairOf(name, seed(n));
  return { signing, verifying, signer: await signerOf(signing), verifier: await verifierOf(verifying) };
}

describe("the example of Go's package note", async () => {
  const signing = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
  const verifying = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

  test("is signed as it was", async () => {
    const signer = await signerOf(signing);
    expect(signer.key).toBe(verifying);
    expect(await signNote(text, [signer])).toBe(note);
  });

  test("opens", async () => {
    const opened = await openNote(bytes(note), [await verifierOf(verifying)]);
    expect(opened).toMatchObject({ kind: "opened", text, by: [{ name: "PeterNeumann", id: "c74f20a3" }] });
  });
});

describe("keys", async () => {
  const { signing, verifying } = await keyPairOf("example.com/audit", seed(1));

  test("survive as text, with a line feed behind them", async () => {
    expect((await signerOf(`${signing}\n`)).key).toBe(verifying);
    expect((await verifierOf(`${verifying}\n`)).key).toBe(verifying);
  });

  test.each(["", "a b", "a+b", "a\u00a0b", "a\nb", "a\u0007b"])("have no name %j", async (name) => {
    await expect(keyPairOf(name, seed(1))).rejects.toThrow(KeyError);
  });

  test("are refused where they are damaged, and the private one is not repeated", async () => {
    const secret = signing.split("+").at(-1)!;
    for (let at = 0; at < signing.length; at += 1) {
      const damaged = signing.slice(0, at) + (signing[at] === "x" ? "y" : "x") + signing.slice(at + 1);
      const problem = await signerOf(damaged).then(
        () => undefined,
        (error: unknown) => error,
      );
      // A seed's last digits hold two bits that mean nothing; strict base64 knows no other text for it.
      expect(problem, damaged.slice(0, 30)).toBeInstanceOf(KeyError);
      expect(String(problem)).not.toContain(secret.slice(4, 20));
    }
    for (let at = 0; at < verifying.length; at += 1) {
      const damaged = verifying.slice(0, at) + (verifying[at] === "x" ? "y" : "x") + verifying.slice(at + 1);
      await expect(verifierOf(damaged), damaged).rejects.toThrow(KeyError);
    }
  });

  test("of other types, and other texts, are refused", async () => {
    const ecdsa = `n+00000000+${Buffer.from(Uint8Array.of(2, ...seed(1))).toString("base64")}`;
    for (const text of [ecdsa, "n", "n+0+x", `${verifying}+x`, signing]) {
      await expect(verifierOf(text)).rejects.toThrow(KeyError);
    }
    await expect(signerOf(verifying)).rejects.toThrow(KeyError);
    await expect(keyPairOf("n", new Uint8Array(31))).rejects.toThrow(KeyError);
  });
});

describe("a note", async () => {
  const [a, b, stranger] = await Promise.all([pair("a.example", 1), pair("b.example", 2), pair("c.example", 3)]);
  const text = "one\n\nthree\n";
  const note = bytes(await signNote(text, [a.signer, b.signer]));

  test("is opened by any that signed it; others are passed over", async () => {
    expect(await openNote(note, [a.verifier])).toMatchObject({ kind: "opened", text, by: [a.verifier] });
    expect(await openNote(note, [stranger.verifier, b.verifier, a.verifier])).toMatchObject({
      kind: "opened",
      by: [a.verifier, b.verifier],
    });
  });

  test("is refused where nobody known signed it, and says who did", async () => {
    expect(await openNote(note, [stranger.verifier])).toEqual({
      kind: "refused",
      why: `no key that is known signed it; it is signed by a.example (key ${a.signer.id}), b.example (key ${b.signer.id})`,
    });
    expect(await openNote(note, [])).toMatchObject({ kind: "refused" });
  });

  test("is refused where one of the known signatures is wrong, though another is right", async () => {
    const forged = { ...a.signer, sign: () => b.signer.sign(bytes(text)) };
    const mixed = bytes(await signNote(text, [forged, b.signer]));
    expect(await openNote(mixed, [a.verifier, b.verifier])).toMatchObject({
      kind: "refused",
      why: `the signature by a.example (key ${a.signer.id}) is wrong`,
    });
  });

  test("says nothing after any flip of a bit", async () => {
    for (let bit = 0; bit < 8 * note.length; bit += 1) {
      const flipped = note.map((byte, at) => (at === Math.floor(bit / 8) ? byte ^ (1 << (bit % 8)) : byte));
      const opened = await openNote(flipped, [a.verifier, b.verifier]);
      // A flip in one name or key id makes that signature a stranger's; the text is still what the other signed.
      if (opened.kind === "opened") expect(opened).toMatchObject({ text, by: [expect.anything()] });
    }
  });

  const line = "— n AAAAAAA=\n";
  // biome-ignore format: table
  test.each([
    ["nothing",                      ""],
    ["no signature",                 "text\n"],
    ["no blank line",                `text\n${line}`],
    ["an empty signature",           "text\n\n"],
    ["no newline at the end",        `text\n\n${line.slice(0, -1)}`],
    ["a carriage return",            `text\r\n\n${line}`],
    ["a control character",          `te\u0007xt\n\n${line}`],
    ["a hyphen for the dash",        "text\n\n- n AAAAAAA=\n"],
    ["a name with a plus",           "text\n\n— n+m AAAAAAA=\n"],
    ["two spaces",                   "text\n\n—  n AAAAAAA=\n"],
    ["base64 with loose bits",       "text\n\n— n AAAAAAB=\n"],
    ["base64 without padding",       "text\n\n— n AAAAAAA\n"],
    ["a signature of no bytes",      "text\n\n— n AAAAAA==\n"],
    ["too many signatures",          `text\n\n${line.repeat(65)}`],
    ["too much text",                `${"x".repeat(70_000)}\n\n${line}`],
  ])("with %s is none", (_name, whole) => {
    expect(readNote(bytes(whole))).toBeUndefined();
  });

  test("that is no UTF-8 is none", () => {
    expect(readNote(Uint8Array.of(0xff, ...bytes(`\n\n${line}`)))).toBeUndefined();
    expect(readNote(bytes(`\ufefftext\n\n${line}`))?.text).toBe("\ufefftext\n");
  });

  test("takes at least 16 signatures, and its text ends at the last blank line", () => {
    expect(readNote(bytes(`a\n\nb\n\n${line.repeat(16)}`))).toMatchObject({ text: "a\n\nb\n" });
  });

  test("holds whatever text it is made of", async () => {
    const lines = fc.array(fc.string({ unit: "grapheme" }).map((each) => each.replace(/[\u0000-\u001f]/g, "")));
    await fc.assert(
      fc.asyncProperty(lines, async (each) => {
        const signed = await signNote(`${each.join("\n")}\n`, [a.signer]);
        expect(await openNote(bytes(signed), [a.verifier])).toMatchObject({
          kind: "opened",
          text: `${each.join("\n")}\n`,
        });
      }),
      { numRuns: 30 },
    );
  });
});

describe("signatures of Ed25519 that others collected", () => {
  interface Group {
    readonly publicKeyJwk: { readonly x: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: string;
    }[];
  }
  const data = outsideData<{ readonly testGroups: readonly Group[] }>("wycheproof/ed25519_test.json", "151 signatures");

  test.skipIf(data === undefined)("are taken and refused as they say", async () => {
    const { createHash } = await import("node:crypto");
    let valid = 0;
    for (const { publicKeyJwk, tests } of data!.testGroups) {
      const key = Buffer.concat([Uint8Array.of(1), Buffer.from(publicKeyJwk.x, "base64url")]);
      const id = createHash("sha256").update("n\n").update(key).digest("hex").slice(0, 8);
      const verifier = await verifierOf(`n+${id}+${key.toString("base64")}`);
      for (const { tcId, msg, sig, result } of tests) {
        const [message, signature] = [
          Uint8Array.from(Buffer.from(msg, "hex")),
          Uint8Array.from(Buffer.from(sig, "hex")),
        ];
        expect(await verifier.verify(message, signature), `test ${tcId}`).toBe(result === "valid");
        if (result === "valid") valid += 1;
      }
    }
    expect(valid).toBe(88);
  });
});
