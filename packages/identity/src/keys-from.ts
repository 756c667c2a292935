import { fetchKeys } from "./fetch-keys.ts";
import { jsonIn } from "./json-file.ts";
import { type KeySource, localKeys } from "./keys.ts";
import { rotatingKeys } from "./rotating-keys.ts";
import { SettingsError } from "./settings-error.ts";

/**
 * The public keys of an issuer, from a URL or from a file with a JSON Web Key Set. Both are asked again for keys that are not held, the
 * file within a second. Throws a `SettingsError` where it is no such URL, or the file holds none.
 */
export function keysFrom(location: string): KeySource {
  if (URL.canParse(location) && /^[a-z][a-z0-9+.-]+:/i.test(location))
    return rotatingKeys(fetchKeys(location, { fetch }));
  const read = (): unknown => {
    const jwks = jsonIn(location);
    try {
      localKeys(jwks);
    } catch (problem) {
      throw new SettingsError(`${location}: ${(problem as Error).message}`);
    }
    return jwks;
  };
  read();
  return rotatingKeys(async () => read(), { maxAge: 60_000, mostAge: 120_000, coolDown: 1_000 });
}
