export { compile } from "./artifact.ts";
export { generatedEngine } from "./generated.ts";
export { lower } from "./lower.ts";
export { type Rewrite, rewrites, simplify } from "./simplify.ts";
export { toJavascript } from "./to-javascript.ts";
export { toJsonSchema } from "./to-json-schema.ts";
