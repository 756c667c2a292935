/** What the adapter is told beside the policy. Everything may be left out; then the stricter reading holds. */
export interface Settings {
  readonly elicitation?: ElicitationSettings;
  readonly sampling?: SamplingSettings;
  /** Tools that call another tool, whose name and arguments stand in theirs: then that call is decided too. */
  readonly dispatchers?: readonly Dispatcher[];
  /** Hosts that markdown links and images in results may lead to; without it they are not looked at. `example.org` is that host alone, `*.example.org` all below it. */
  readonly linkHosts?: readonly string[];
  /**
   * Whether control, bidirectional, zero-width and tag characters and terminal escapes are taken out of what a server says: `clean` unless
   * said. `as-given` is for callers who need every byte.
   */
  readonly texts?: "clean" | "as-given";
  /** Characters that one base64 block of a result may have; 8 Mi unless said. Larger ones are dropped. */
  readonly maxBase64?: number;
}

export interface ElicitationSettings {
  /** Hosts that a URL of an elicitation may have, over https. None unless said: then no URL is shown. */
  readonly hosts?: readonly string[];
  /** Field names that look like a secret; a form that asks for one is not shown. */
  readonly secrets?: RegExp;
}

export interface SamplingSettings {
  /** Tokens that one sampling may ask for; more is cut to it. */
  readonly maxTokens?: number;
  /** Whether tools may come along. */
  readonly tools?: boolean;
  /** Whether the context of the client's other servers may be asked for (`includeContext`). */
  readonly context?: boolean;
}

/** `name` and `arguments` are JSON pointers into the dispatcher's own arguments. */
export interface Dispatcher {
  readonly tool: string;
  readonly name: string;
  readonly arguments: string;
}

/** MCP 2025-11-25, elicitation: servers must not ask for secrets by form. */
export const secretFields: RegExp =
  /pass(?:word|phrase|code|wd)|\bpwd\b|secret|token|api.?key|access.?key|private.?key|credential|\bpin\b|\botp\b|\bmfa\b|\b2fa\b|one.?time.?code|cvv|cvc|card.?number|security.?code|\bssn\b|social.?security|seed.?phrase|mnemonic|cookie|session.?id/i;

export const defaultMaxBase64: number = 8 * 1024 * 1024;

/** Whether a host is on a list of hosts; `*.example.org` stands for those below it. */
export function isListedHost(hosts: readonly string[], host: string): boolean {
  const name = host.toLowerCase();
  return hosts.some((each) => {
    const wanted = each.toLowerCase();
    return wanted.startsWith("*.")
      ? name.endsWith(wanted.slice(1)) && name.length > wanted.length - 1
      : name === wanted;
  });
}
