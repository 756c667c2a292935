import { broadAllow } from "./broad-allow.ts";
import { commandOptions } from "./command-options.ts";
import { confusableName } from "./confusable-name.ts";
import { denyOnIncludedRole } from "./deny-on-included-role.ts";
import { editionFirst } from "./edition-first.ts";
import { idleRole } from "./idle-role.ts";
import { leavesNetwork } from "./leaves-network.ts";
import { longLivedToken } from "./long-lived-token.ts";
import { namesAFolder } from "./names-a-folder.ts";
import { neverMatches } from "./never-matches.ts";
import { openEgress } from "./open-egress.ts";
import { pastDate } from "./past-date.ts";
import type { Lint } from "./rule.ts";
import { secretInText } from "./secret-in-text.ts";
import { uncoveredStrings } from "./uncovered-strings.ts";
import { unmentionedOperations } from "./unmentioned-operations.ts";
import { unnamedRule } from "./unnamed-rule.ts";
import { unprovedAssert } from "./unproved-assert.ts";
import { unreachedHost } from "./unreached-host.ts";
import { unstatedNetwork } from "./unstated-network.ts";
import { unusedCapability } from "./unused-capability.ts";
import { unusedLabel } from "./unused-label.ts";
import { unusedLet } from "./unused-let.ts";
import { unusedServer } from "./unused-server.ts";

/** Every lint, what matters most first. */
export const lints: readonly Lint[] = Object.freeze([
  secretInText,
  neverMatches,
  namesAFolder,
  commandOptions,
  leavesNetwork,
  openEgress,
  broadAllow,
  longLivedToken,
  denyOnIncludedRole,
  confusableName,
  editionFirst,
  pastDate,
  unusedCapability,
  unusedLabel,
  unusedLet,
  idleRole,
  unusedServer,
  unprovedAssert,
  unstatedNetwork,
  unreachedHost,
  unnamedRule,
  uncoveredStrings,
  unmentionedOperations,
]);
