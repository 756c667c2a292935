import { awsKey } from "./aws-key.ts";
import { card } from "./card.ts";
import type { Detector } from "./detector.ts";
import { emailAddress } from "./email-address.ts";
import { githubToken } from "./github-token.ts";
import { iban } from "./iban.ts";
import { ipAddress } from "./ip-address.ts";
import { jwt } from "./jwt.ts";
import { privateKey } from "./private-key.ts";

/** The detectors that every policy has, by name. */
export const detectors: ReadonlyMap<string, Detector> = new Map(
  [emailAddress, card, iban, jwt, privateKey, awsKey, githubToken, ipAddress].map((each) => [each.name, each]),
);
