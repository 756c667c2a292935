export { appendRevocation, type FileRevocationsOptions, fileRevocations } from "./file-revocations.ts";
export { newSigningKey } from "./new-key.ts";
export { type AuthenticatedRequest, type RequireTokenOptions, requireToken } from "./require-token.ts";
