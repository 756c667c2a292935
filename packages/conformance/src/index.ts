export { generation1 } from "./fixture/generation-1.ts";
export { generation2 } from "./fixture/generation-2.ts";
export type { Listening } from "./fixture/listening.ts";
