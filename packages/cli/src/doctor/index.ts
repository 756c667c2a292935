import type { Check } from "./check.ts";
import { assessment } from "./checks/assessment.ts";
import { audit } from "./checks/audit.ts";
import { isolation } from "./checks/isolation.ts";
import { proxyCallers, proxyLog } from "./checks/proxy.ts";
import { roles } from "./checks/roles.ts";
import { skills } from "./checks/skills.ts";
import { tokens } from "./checks/tokens.ts";
import { validation } from "./checks/validation.ts";

/** The guide's production checklist, in its order. */
export const checklist: readonly Check[] = Object.freeze([
  ...tokens,
  ...proxyCallers,
  ...roles,
  ...isolation,
  ...validation,
  ...proxyLog,
  ...audit,
  ...skills,
  ...assessment,
]);
