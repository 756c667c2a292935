export { developmentClientsIn } from "./development-clients.ts";
export { environmentCredentials } from "./environment-token.ts";
export { appendRevocation, type FileRevocationsOptions, fileRevocations } from "./file-revocations.ts";
export { jsonIn } from "./json-file.ts";
export { keysFrom } from "./keys-from.ts";
export { newSigningKey } from "./new-key.ts";
export { type AuthenticatedRequest, type RequireTokenOptions, requireToken } from "./require-token.ts";
