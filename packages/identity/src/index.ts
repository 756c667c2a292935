export { canonicalAudience } from "./audience.ts";
export { type AuthInfo, authenticatedOf, authInfoOf } from "./auth-info.ts";
export type { Authenticated, Authentication, Authenticator, Credentials, Refusal, Refused } from "./authentication.ts";
export { type AuthenticatorOptions, authenticatorOf } from "./authenticator.ts";
export { credentialsOf, type HttpRequestHead, headerLines } from "./bearer.ts";
export { type Challenge, challengeOf, forbidden, insufficientScope } from "./challenge.ts";
export { type Demands, demandsOf } from "./demands.ts";
export {
  type DevelopmentClient,
  type DevelopmentOptions,
  developmentAuthenticatorOf,
  issueDevelopmentToken,
  whyWeakSecret,
} from "./development.ts";
export { DEVELOPMENT } from "./development-token.ts";
export { type Fetch, type FetchKeysOptions, fetchKeys, isLoopback } from "./fetch-keys.ts";
export { isMac, macKey } from "./hmac.ts";
export { authenticateHttp, type HttpAuthentication } from "./http.ts";
export { issueToken, publicKeySet, type TokenContents } from "./issue.ts";
export { type KeyHint, type KeySource, KeysUnavailable, localKeys, NoSuchKey } from "./keys.ts";
export {
  type ApprovalCall,
  differenceOf,
  type OpenedApproval,
  openApproval,
  type ProofKeys,
  proofKeysOf,
  type SealedApproval,
  type SealedDuty,
  sealApproval,
} from "./proof.ts";
export { metadataPath, metadataUrl, type ProtectedResource, resourceMetadata } from "./resource.ts";
export { parseRevocation, revocationLine } from "./revocation-line.ts";
export { type MemoryRevocationsOptions, memoryRevocations } from "./revocations.ts";
export { type Rotation, rotatingKeys, usualRotation } from "./rotating-keys.ts";
export { scopesOf } from "./scopes.ts";
export { SettingsError } from "./settings-error.ts";
export { NotSigned, signedPayload } from "./signature.ts";
export { Token } from "./token.ts";
