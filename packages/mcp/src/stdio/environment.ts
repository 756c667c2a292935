/** The variables that a server gets without being asked for: what a program needs to start, and nothing that is a secret by custom. */
export const inheritedVariables: readonly string[] = [
  ...["HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER"],
  // Where the certificates are that programs trust: without them `npx` finds no registry behind a company's proxy.
  ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_DIR", "SSL_CERT_FILE"],
  // Windows
  ...["APPDATA", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATHEXT", "PROCESSOR_ARCHITECTURE", "PROGRAMFILES"],
  ...["SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TMP", "USERNAME", "USERPROFILE"],
];

/** The proxy's own credentials begin so: no server ever gets them, named or not. */
const OWN = "MCPOLICY_TOKEN";

/** The environment of a guarded server: an allow-list over the proxy's own, `also` added by name. */
export function childEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  also: readonly string[] = [],
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of [...inheritedVariables, ...also]) {
    const value = own[name];
    if (value !== undefined && !name.toUpperCase().startsWith(OWN)) environment[name] = value;
  }
  return environment;
}
