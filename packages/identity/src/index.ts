export { canonicalAudience } from "./audience.ts";
export type { Authenticated, Authentication, Authenticator, Credentials, Refusal, Refused } from "./authentication.ts";
export { type AuthenticatorOptions, authenticatorOf } from "./authenticator.ts";
export { type Fetch, type FetchKeysOptions, fetchKeys, isLoopback } from "./fetch-keys.ts";
export { issueToken, publicKeySet, type TokenContents } from "./issue.ts";
export { type KeyHint, type KeySource, KeysUnavailable, localKeys, NoSuchKey } from "./keys.ts";
export { type Rotation, rotatingKeys, usualRotation } from "./rotating-keys.ts";
export { SettingsError } from "./settings-error.ts";
export { Token } from "./token.ts";
