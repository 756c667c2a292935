export { newSigningKey } from "./new-key.ts";
