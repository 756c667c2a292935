import { digestOfText } from "@mcpolicy/core";

/** Things that were found out about tokens, by a digest: the token itself is not kept. The oldest goes where there is no room. */
export interface Remembered<Finding> {
  readonly get: (token: string) => Finding | undefined;
  readonly set: (token: string, finding: Finding) => void;
  readonly delete: (token: string) => void;
}

export function remembered<Finding>(most: number): Remembered<Finding> {
  const findings = new Map<string, Finding>();
  return {
    get: (token) => (findings.size === 0 ? undefined : findings.get(digestOfText(token))),
    set(token, finding) {
      if (most < 1) return;
      for (const oldest of findings.keys()) {
        if (findings.size < most) break;
        findings.delete(oldest);
      }
      findings.set(digestOfText(token), finding);
    },
    delete: (token) => void findings.delete(digestOfText(token)),
  };
}
