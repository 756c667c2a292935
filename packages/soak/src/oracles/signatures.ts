import {
  isMac,
  localKeys,
  macKey,
  NotSigned,
  type publicKeySet,
  rotatingKeys,
  signedPayload,
} from "@mcpolicy/identity";
import { readData } from "../shared.ts";
import { type Documented, type Oracle, type Tally, tallyOf } from "./oracle.ts";

/** A file of Project Wycheproof: groups of tests that share a key or a size. */
interface Wycheproof<Group, Test> {
  readonly testGroups: readonly (Group & { readonly tests: readonly (Test & Told)[] })[];
}

interface Told {
  readonly tcId: number;
  readonly comment: string;
  readonly result: "valid" | "invalid";
}

type Key = Parameters<typeof publicKeySet>[0][number];

// ------------------------------------------------------------------- HMAC

interface MacGroup {
  readonly keySize: number;
  readonly tagSize: number;
}

interface MacTest {
  readonly key: string;
  readonly msg: string;
  readonly tag: string;
}

const otherHash = "made with another hash than SHA-256: refused";
const cutShort = "cut to 128 bits: refused, since all of a MAC is compared";

/** The MACs of development tokens: HMAC-SHA-256, whole. */
function hmac(hash: "sha256" | "sha384" | "sha512", notApplicable: readonly Documented[]): Oracle {
  const name = `hmac-${hash}`;
  return {
    name,
    async run(shared) {
      const { testGroups } = readData<Wycheproof<MacGroup, MacTest>>(shared, "wycheproof", `hmac_${hash}_test.json`);
      const tally = tallyOf(name, [], notApplicable);
      for (const { tagSize, tests } of testGroups) {
        for (const test of tests) {
          const [key, message, mac] = [test.key, test.msg, test.tag].map((hex) => Buffer.from(hex, "hex"));
          const isTaken = await isMac(await macKey(key!), message!, mac!);
          const reason = hash !== "sha256" ? otherHash : tagSize < 256 ? cutShort : undefined;
          if (reason === undefined) judge(tally, test, isTaken);
          else if (isTaken) tally.undocumented(`${test.tcId} ${test.comment}: taken`);
          else tally.leavesOut(reason);
        }
      }
      return tally.report();
    },
  };
}

// ---------------------------------------------------------------- Ed25519

interface SignatureGroup {
  readonly publicKeyJwk: Key;
}

interface SignatureTest {
  readonly msg: string;
  readonly sig: string;
}

/** The platform's Ed25519, on which signatures of tokens stand, with keys as our key sets give them. */
const ed25519: Oracle = {
  name: "ed25519",
  async run(shared) {
    const { testGroups } = readData<Wycheproof<SignatureGroup, SignatureTest>>(
      shared,
      "wycheproof",
      "ed25519_test.json",
    );
    const tally = tallyOf("ed25519", []);
    for (const { publicKeyJwk, tests } of testGroups) {
      const key = await localKeys({ keys: [publicKeyJwk] }).keyFor({ alg: "EdDSA" }, 0);
      for (const test of tests) {
        const [signature, message] = [Buffer.from(test.sig, "hex"), Buffer.from(test.msg, "hex")];
        judge(tally, test, await crypto.subtle.verify("Ed25519", key, signature, message));
      }
    }
    return tally.report();
  },
};

// -------------------------------------------------------------------- JWS

interface JwsGroup {
  readonly comment: string;
  readonly public?: Key;
  readonly private: Key;
}

interface JwsTest {
  readonly jws: string;
}

const sharedSecret = "signed with a shared secret: refused";
const otherKey = "the key says that it is for another algorithm than the token: refused, since the two must agree";

/** Every algorithm that a policy can allow. */
const algorithms = new Set("EdDSA ES256 ES384 ES512 PS256 PS384 PS512 RS256 RS384 RS512".split(" "));

const jws: Oracle = {
  name: "jws",
  async run(shared) {
    const { testGroups } = readData<Wycheproof<JwsGroup, JwsTest>>(
      shared,
      "wycheproof",
      "json_web_signature_test.json",
    );
    const tally = tallyOf("jws", [{ reason: otherKey, count: 4 }], [{ reason: sharedSecret, count: 40 }]);
    for (const group of testGroups) {
      const key = group.public ?? group.private;
      // As an issuer would publish it; what is no public key is passed over.
      const keys = rotatingKeys(async () => ({ keys: [key] }));
      for (const test of group.tests) {
        const isTaken = await isSigned(test.jws, (hint) => keys.keyFor(hint, 0));
        if (key.kty !== "oct") judge(tally, test, isTaken, key.alg === algOf(test.jws) ? undefined : otherKey);
        else if (isTaken) tally.undocumented(`${test.tcId} ${test.comment}: taken`);
        else tally.leavesOut(sharedSecret);
      }
    }
    return tally.report();
  },
};

function algOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text.split(".")[0]!, "base64url").toString()).alg;
  } catch {
    return undefined;
  }
}

async function isSigned(text: string, keyFor: Parameters<typeof signedPayload>[2]): Promise<boolean> {
  try {
    await signedPayload(text, algorithms, keyFor);
    return true;
  } catch (problem) {
    if (problem instanceof NotSigned) return false;
    throw problem;
  }
}

/** `difference`: why a valid one may be refused. */
function judge(tally: Tally, { tcId, comment, result }: Told, isTaken: boolean, difference?: string): void {
  if (isTaken === (result === "valid")) tally.agrees();
  else if (!isTaken && difference !== undefined) tally.differs(difference);
  else tally.undocumented(`${tcId} ${comment}: ${isTaken ? "taken" : "refused"}, and it is ${result}`);
}

/** Signatures and MACs that are valid or invalid in every way that Project Wycheproof knows. */
export const signatures: readonly Oracle[] = [
  hmac("sha256", [{ reason: cutShort, count: 87 }]),
  hmac("sha384", [{ reason: otherHash, count: 174 }]),
  hmac("sha512", [{ reason: otherHash, count: 174 }]),
  ed25519,
  jws,
];
